from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from storefront.users.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Wagtail's and Oscar's user pages look these attributes up; the admin site itself is not mounted."""

    ordering = ("email",)
    list_display = ("email", "name", "is_staff", "is_active")
    search_fields = ("email", "name", "company")
    fieldsets = ((None, {"fields": ("email", "name", "company", "phone", "is_active", "is_staff", "groups")}),)
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)
