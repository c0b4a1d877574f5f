"""`manage.py seed_demo`: two businesses to play with, each with an online shop. Running it twice changes nothing."""

import os
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from console.demo.badges import show_badges
from console.demo.online_shop import connect_demo_shops
from console.demo.planting import PIZZERIA_SHOP, SOLAR_SHOP, connect_shop, plant_shop, plant_things, plant_toppings
from console.demo.shops import PIZZERIA, SOLAR, TOPPINGS
from tenants.actor import Actor, acting_as
from tenants.models import Membership, Role, Tenant

PEOPLE = (("solar-owner", "solar", Role.OWNER), ("pizzeria-staff", "pizzeria", Role.STAFF))


class Command(BaseCommand):
    help = "Makes two demo businesses, a solar shop and a pizzeria, with about 60 products. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(Actor("command seed_demo")), transaction.atomic():
            self._people()
            planted = self._shops()
        self.stdout.write(f"Demo: {planted} products planted." if planted else "Demo: the businesses exist already, nothing changed.")

    def _shops(self) -> int:
        if Tenant.objects.filter(sub_domain__in=[SOLAR_SHOP.sub_domain, PIZZERIA_SHOP.sub_domain]).exists():
            return 0  # Whatever people have renamed, deleted or added since is theirs.
        solar, pizzeria = plant_shop(SOLAR_SHOP), plant_shop(PIZZERIA_SHOP)
        for username, sub_domain, role in PEOPLE:
            person = get_user_model().objects.filter(username=username).first()
            if person:
                tenant = solar if sub_domain == "solar" else pizzeria
                Membership.objects.get_or_create(tenant=tenant, user=person, defaults={"role": role})
        planted = plant_things(solar, SOLAR) + plant_things(pizzeria, PIZZERIA)
        plant_toppings(pizzeria, "Pizza", TOPPINGS)
        configs = connect_shop(SOLAR_SHOP, solar), connect_shop(PIZZERIA_SHOP, pizzeria)
        show_badges(*configs)
        connect_demo_shops(solar, pizzeria)
        return planted

    def _people(self) -> None:
        """The administrator, and one person in each business; all with the password of .env, none is ever changed again."""
        password = os.environ.get("DEMO_ADMIN_PASSWORD", "")
        users = get_user_model().objects
        if not password or users.filter(username="admin").exists():
            return
        users.create_superuser("admin", "admin@example.com", password)
        for username, _, _ in PEOPLE:
            users.create_user(username, f"{username}@example.com", password, is_staff=True)
