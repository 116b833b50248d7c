"""What happens to an app on a portal, and to the people there: installed, updated, removed, dismissed."""

from __future__ import annotations

from storefront.sandbox.bitrix24.events import EventQueue
from storefront.sandbox.bitrix24.launch import Launch
from storefront.sandbox.bitrix24.records import Install, Portal
from storefront.sandbox.bitrix24.rest import RestRole
from storefront.sandbox.bitrix24.traffic import Traffic
from storefront.sandbox.bitrix24.world import World


class AppLife:
    """The part of the stand-in that its portals' pages call; the rest of it is filled in by ``Bitrix24StandIn``."""

    world: World
    events: EventQueue
    traffic: Traffic
    rest: RestRole
    base_url: str

    def rename(self, portal: str) -> str:
        """Move a portal to a new address and return it."""
        raise NotImplementedError

    def issue_token(self, portal: str, app: str, user: int | None = None, *, to_installer: bool = False) -> Launch:
        """What the portal would post to the app if ``user`` (default: an admin) opened it now."""
        raise NotImplementedError

    def portal(self, name: str) -> Portal:
        """A portal by name, member_id or host."""
        return self.world.portal(name)

    def install(self, portal: str, app: str, *, finish: bool = True) -> None:
        """Install without a browser. Until it is finished no event is sent and the app counts as not installed."""
        with self.world.lock:
            place = self.portal(portal)
            if app not in self.world.apps:
                raise KeyError(app)
            place.installs[app] = Install(installed_by=place.admin().id)
            self.world.save()
        if finish or not self.world.apps[app].install_url:
            self.finish(portal, app)

    def finish(self, portal: str, app: str) -> None:
        """What the installer page's ``installFinish`` does: the app counts as installed and is told so, once."""
        with self.world.lock:
            place = self.portal(portal)
            install = place.installs[app]
            pending, install.pending = install.pending, ""
            self.world.save()
            data = {"VERSION": str(install.version), "LANGUAGE_ID": place.language}
            if pending == "install":
                data |= {"ACTIVE": "Y", "INSTALLED": "Y"}
                self.events.send("ONAPPINSTALL", place, self.world.apps[app], data)
            elif pending == "update":
                data["PREVIOUS_VERSION"] = str(install.version - 1)
                self.events.send("ONAPPUPDATE", place, self.world.apps[app], data)

    def update(self, portal: str, app: str, *, finish: bool = True, new_application_token: bool = False) -> None:
        """A new version: bound handlers and placements are gone, the installer runs again."""
        with self.world.lock:
            place = self.portal(portal)
            install = place.installs[app]
            install.version += 1
            install.handlers, install.placements = [], []
            install.pending = install.pending or "update"
            if new_application_token:
                place.application_tokens.pop(app, None)
            self.world.save()
        if finish:
            self.finish(portal, app)

    def uninstall(self, portal: str, app: str, *, clean: bool = False) -> None:
        """Remove the app: its tokens die at once, its options stay unless ``clean``."""
        with self.world.lock:
            place = self.portal(portal)
            data = {"LANGUAGE_ID": place.language, "CLEAN": "1" if clean else "0"}
            was_installed = place.installs[app].is_installed
            del place.installs[app]
            if clean:
                place.options.pop(app, None)
            for token in self.world.tokens:
                token.is_dead |= (token.member_id, token.code) == (place.member_id, app)
            self.world.save()
            if was_installed:
                self.events.send("ONAPPUNINSTALL", place, self.world.apps[app], data, with_tokens=False)

    def dismiss(self, portal: str, user: int) -> None:
        """Let a user go: their tokens stop working."""
        with self.world.lock:
            place = self.portal(portal)
            found = place.user(user)
            if found is None:
                raise KeyError(user)
            if found.is_admin and sum(other.is_admin and other.is_active for other in place.users) == 1:
                raise ValueError("a portal keeps its last administrator")
            found.is_active = False
            if place.current_user_id == user:
                place.current_user_id = place.admin().id
            self.world.save()

    def register_as(self, portal: str, host: str) -> None:
        """Let the authorization server know a portal by another name, which leads nowhere from here; "" ends it."""
        with self.world.lock:
            self.portal(portal).registered_host = host
            self.world.save()

    def issue_code(self, portal: str, app: str, user: int | None = None) -> str:
        """A one-time code of the code flow."""
        place = self.portal(portal)
        return self.world.issue_code(place, app, user if user is not None else place.admin().id).value

    def set_plan(self, portal: str, plan: str) -> None:
        """Change the portal's own Bitrix24 plan; "free" has no REST."""
        with self.world.lock:
            self.portal(portal).plan = plan
            self.world.save()
