"""What is to be done about the hooks in a shop: from any state to exactly the wanted ones, and others' hooks stay."""

from hypothesis import given
from hypothesis import strategies as st

from integrations.providers.hooks import Hook
from integrations.webhooks.planning import Wanted, plan_for
from integrations.webhooks.reaching import path_to, why_not

PATH = path_to("woocommerce", 3)
OURS, OLD, COPY, THEIRS = f"https://us.example{PATH}", f"https://old.example{PATH}", f"https://staging.example{PATH}", "https://erp.example/hook"
WANTED = Wanted(("product.created", "product.updated", "product.deleted"), OURS, PATH)
HOOKS = st.lists(st.builds(
    Hook, id=st.integers(1, 12).map(str), topic=st.sampled_from([*WANTED.topics, "order.created"]),
    address=st.sampled_from([OURS, OLD, COPY, THEIRS, f"{OURS}3"]), is_on=st.booleans(),
), max_size=12, unique_by=lambda hook: hook.id)  # fmt: skip


def after(found, plan):
    """The shop when all of it is done."""
    left = {hook.id: hook for hook in found}
    for hook in plan.delete:
        del left[hook.id]
    for hook in plan.mend:
        left[hook.id] = Hook(hook.id, hook.topic, hook.address)
    for place, topic in enumerate(plan.create):
        left[f"new{place}"] = Hook(f"new{place}", topic, WANTED.address)
    return list(left.values())


@given(found=HOOKS, known=st.sets(st.integers(1, 12).map(str)))
def test_from_any_state_to_what_is_wanted(found, known):
    plan = plan_for(found, WANTED, known)
    shop = after(found, plan)
    ours = [hook for hook in shop if hook.address == OURS]
    assert sorted(hook.topic for hook in ours) == sorted(WANTED.topics)
    assert all(hook.is_on for hook in ours)
    strangers = [hook for hook in found if hook.address in (THEIRS, f"{OURS}3") or (hook.address in (OLD, COPY) and hook.id not in known)]
    assert all(hook in shop for hook in strangers)
    assert not any(hook.address == OLD and hook.id in known for hook in shop)
    assert all(hook.id in known for hook in plan.fine)
    again = plan_for(shop, WANTED, {hook.id for hook in ours})
    assert not (again.mend or again.create or again.delete)


@given(found=HOOKS, known=st.sets(st.integers(1, 12).map(str)))
def test_when_none_are_wanted_all_of_ours_go(found, known):
    plan = plan_for(found, Wanted((), OURS, PATH), known)
    assert not (plan.create or plan.mend or plan.fine)
    assert {hook.id for hook in plan.delete} == {hook.id for hook in found if hook.address == OURS or (
        hook.id in known and hook.address in (OLD, COPY))}  # fmt: skip


def test_one_that_works_is_left_and_its_double_goes():
    off, on = Hook("1", "product.updated", OURS, False), Hook("2", "product.updated", OURS)
    plan = plan_for([off, on], Wanted(("product.updated",), OURS, PATH), {"1", "2"})
    assert (plan.fine, plan.delete, plan.mend, plan.create) == ([on], [off], [], [])


def test_where_a_shop_can_deliver():
    assert why_not("https://us.example.com", shop_url="https://shop.example.com") == ""
    assert why_not("http://127.0.0.1:8000", shop_url="http://localhost:8001/x") == ""
    for useless in ("http://127.0.0.1:8000", "https://localhost", "http://shop.example.com", "https://192.168.1.5", "https://intranet",
                    "https://crm.local", "https://10.0.0.1:8443", "http://[::1]:8000"):  # fmt: skip
        assert "PUBLIC_BASE_URL" in why_not(useless, shop_url="https://shop.example.com"), useless
    assert why_not("http://us.example.com", shop_url="http://127.0.0.1:8001")
