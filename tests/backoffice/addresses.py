def _licenses(license: Any) -> dict[str, str]:
    base = f"/admin/licenses/{license.number}/"
    tails = ("", *(f"{name}/" for name in ACTS))
    return {f"/admin/licenses/<str:number>/{tail}": f"{base}{tail}" for tail in tails}
