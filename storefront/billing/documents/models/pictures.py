"""Logo, seal and signature: private pictures, and each document they stand on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.core import clock, references

FOLDER = "seals"


class PictureRole(models.TextChoices):
    LOGO = "logo", _("Logo")
    SEAL = "seal", _("Seal")
    SIGNATURE = "signature", _("Director's signature")


def place(picture: Picture, filename: str) -> str:
    return f"{FOLDER}/{picture.public_id}"


class Picture(models.Model):
    """A picture as it was uploaded and written anew, a PNG. Never changed: another seal is another row."""

    public_id = models.CharField(max_length=32, unique=True, default=references.public_id, editable=False)
    seller = models.ForeignKey("billing.Seller", on_delete=models.PROTECT, related_name="pictures")
    role = models.CharField(max_length=10, choices=PictureRole)
    file = models.FileField(upload_to=place, max_length=120)
    file_hash = models.CharField(max_length=64)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("seal or signature")
        verbose_name_plural = _("seals and signatures")
        permissions = [("use_seal", _("Can see and change the seal and the signature on documents"))]

    def __str__(self) -> str:
        """With the beginning of its hash, by which histories tell one from another."""
        return f"{self.get_role_display()} {self.pk} ({self.file_hash[:12]})"


class PictureUse(models.Model):
    """A seal or signature printed on a document. Written when the document is issued, never changed."""

    document = models.ForeignKey("documents.Document", on_delete=models.PROTECT, related_name="picture_uses")
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="uses")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["document", "picture"], name="picture_used_once")]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.picture_id}"
