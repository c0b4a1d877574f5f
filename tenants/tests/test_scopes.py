from tenants.scopes import ROLE_SCOPES, SCOPES, allows, expanded, unknown_scopes


def test_edit_and_manage_imply_view_and_nothing_else():
    assert expanded(["catalog:edit"]) == {"catalog:edit", "catalog:view"}
    assert expanded(["integrations:manage"]) == {"integrations:manage", "integrations:view"}
    assert expanded(["orders:view"]) == {"orders:view"}


def test_unknown_scopes_give_nothing():
    assert not allows(["catalog:everything", "*"], "catalog:view")
    assert not allows(["catalog:everything"], "catalog:everything")
    assert unknown_scopes(["catalog:view", "x"]) == ["x"]


def test_staff_never_sees_integrations_and_only_owners_manage_them():
    assert not any(allows(ROLE_SCOPES["staff"], scope) for scope in SCOPES if scope.startswith("integrations"))
    assert allows(ROLE_SCOPES["manager"], "integrations:view") and not allows(ROLE_SCOPES["manager"], "integrations:manage")
    assert all(allows(ROLE_SCOPES["owner"], scope) for scope in SCOPES)
