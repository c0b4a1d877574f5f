"""Meta's rules over what is known of a picture."""

from dataclasses import replace
from decimal import Decimal

import pytest

from meta_integration.catalog.advice import advice_on
from meta_integration.catalog.eligibility import IMAGE_OUT, IMAGE_UNFIT, reason_against
from meta_integration.catalog.items import carriers_of
from meta_integration.catalog.pictures import PictureRules, is_unchecked, pictures_of
from meta_integration.catalog.record import Surroundings, build_record
from meta_integration.tests.test_payload import NOW, variant
from products_and_services.snapshot import ImageSnapshot, PictureSnapshot, ProductSnapshot

AROUND = Surroundings(tenant_name="Solar Shop", sub_domain="solar", public_base_url="https://crm.example")
RULES = PictureRules()
GOOD = PictureSnapshot("ok", "JPEG", 800, 600, 90_000)


def picture(name: str, facts: PictureSnapshot | None = GOOD) -> ImageSnapshot:
    return ImageSnapshot(f"https://img.example/{name}.jpg", False, facts)


def product(*pictures: ImageSnapshot, **values) -> ProductSnapshot:
    return ProductSnapshot(**{"id": 7, "name": "Panel", "sku": "A-1", "currency": "USD", "price": Decimal(10), "images": pictures} | values)


def judged(*pictures: ImageSnapshot, rules: PictureRules = RULES):
    return pictures_of(carriers_of(product(*pictures))[0], rules)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (GOOD, ""), (replace(GOOD, width=500, height=500, bytes=8 * 1024 * 1024), ""), (replace(GOOD, format="PNG"), ""), (None, ""),
        (replace(GOOD, width=320, height=240), "The picture is 320 × 240 pixels; Meta wants at least 500 × 500."),
        (replace(GOOD, height=499), "The picture is 800 × 499 pixels; Meta wants at least 500 × 500."),
        (replace(GOOD, bytes=9 * 1024 * 1024), "The picture has 9.0 MB; Meta takes at most 8 MB."),
        (PictureSnapshot("ok", bytes=8 * 1024 * 1024 + 1), "The picture has 8.0 MB; Meta takes at most 8 MB."),
        (replace(GOOD, format="WEBP"), "The picture is a WebP; Meta takes JPEG and PNG. Upload it here, then it is converted by itself."),
        (replace(GOOD, format="WEBP", jpeg_url="https://crm.example/a.as.jpg"), ""),
        (PictureSnapshot("not_a_picture", reason="This is a PDF, not a picture."),
         "The picture cannot be used: this is a PDF, not a picture."),
        (PictureSnapshot("unreachable", reason="Its host refuses to show it (403)."),
         "The picture cannot be fetched: its host refuses to show it (403)."),
        (PictureSnapshot("refused", reason="The address does not lead to the public internet, so it is not opened."),
         "The picture’s address cannot be used: the address does not lead to the public internet, so it is not opened."),
    ],
)  # fmt: skip
def test_which_picture_fits_and_why_not(facts, words):
    found = judged(picture("a", facts))
    assert [misfit.words for misfit in found.misfits] == ([words] if words else [])
    assert len(found.urls) == (0 if words else 1)
    assert len(judged(picture("a", facts), rules=PictureRules(check=False)).urls) == 1


def test_another_fit_picture_becomes_the_main_one_and_the_bad_one_is_a_note():
    small = picture("small", replace(GOOD, width=10))
    thing = product(small, picture("b"), picture("c"))
    assert reason_against(carriers_of(thing)[0], AROUND) is None
    made = build_record(carriers_of(thing)[0], AROUND, NOW)
    assert (made.image_url, made.more_image_urls) == ("https://img.example/b.jpg", ("https://img.example/c.jpg",))
    [note] = advice_on(thing, AROUND)
    assert note.text == (
        "A picture is left out. The picture is 10 × 600 pixels; Meta wants at least 500 × 500. The other pictures are sent. "
        "(https://img.example/small.jpg)"
    )


def test_the_reason_is_about_the_very_picture_and_an_outage_comes_first():
    small, out = picture("a", replace(GOOD, width=10)), picture("b", PictureSnapshot("unreachable", reason="Slow."))
    assert reason_against(carriers_of(product(small))[0], AROUND).code == IMAGE_UNFIT
    assert reason_against(carriers_of(product(small, out))[0], AROUND).code == IMAGE_OUT
    around = replace(AROUND, placeholder_image_url="https://img.example/placeholder.jpg")
    assert reason_against(carriers_of(product(small))[0], around) is None
    assert "placeholder" in advice_on(product(small), around)[0].text


def test_a_variants_own_pictures_come_first_and_the_products_stand_in_for_bad_ones():
    bad, own = picture("bad", replace(GOOD, format="GIF")), picture("own")
    thing = product(picture("all"), sku="S", variants=(variant(1, sku="R", images=(bad, own)), variant(2, sku="B", images=(bad,))))
    made = [build_record(carrier, AROUND, NOW) for carrier in carriers_of(thing)]
    assert [(one.image_url[20:], [url[20:] for url in one.more_image_urls]) for one in made] == [("own.jpg", ["all.jpg"]), ("all.jpg", [])]


def test_the_jpeg_copy_is_what_meta_gets():
    webp = picture("a", replace(GOOD, format="WEBP", jpeg_url="https://crm.example/a.as.jpg"))
    assert judged(webp).urls == ("https://crm.example/a.as.jpg",)
    assert judged(webp, rules=PictureRules(check=False)).urls == ("https://crm.example/a.as.jpg",)


def test_unchecked_is_what_could_be_sent_and_nobody_has_seen():
    carrier = carriers_of(product(picture("a"), picture("b", None)))[0]
    assert is_unchecked(carrier, PictureRules())
    assert not is_unchecked(carrier, PictureRules(check=False))
    assert not is_unchecked(carriers_of(product(ImageSnapshot("http://img.example/a.jpg", False)))[0], PictureRules())


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({}, []), ({"origin_country": "IN"}, []), ({"origin_country": "CN"}, ["india_importer"]),
        ({"origin_country": "CN", "importer_name": "I", "importer_address": "1 Road"}, []),
        ({"origin_country": "CN", "importer_name": "I"}, ["india_importer"]),
        ({"origin_country": "CN", "wa_compliance_category": "COUNTRY_ORIGIN_EXEMPT"}, []),
        ({"name": "SOLAR PANEL"}, ["name_in_capitals"]), ({"name": "USB 3"}, []), ({"name": "SOLAR", "meta_title": "Solar panel"}, []),
        ({"name": "لوح شمسي كبير"}, []), ({"sale_price": Decimal(10)}, ["sale_not_lower"]), ({"sale_price": Decimal("9.99")}, []),
        ({"images": tuple(picture(str(number)) for number in range(22))}, ["too_many_pictures"]),
        ({"variants": (variant(1, sku="R", price=Decimal(5), sale_price=Decimal(6)),)}, ["sale_not_lower"]),
    ],
)  # fmt: skip
def test_what_could_be_better_is_noted(values, codes):
    assert [note.code for note in advice_on(product(picture("a"), **values), AROUND)] == codes


@pytest.mark.parametrize(
    ("attributes", "named", "others"),
    [
        ({"Farbe": "Rot", "Größe": "L"}, {"color": "Rot", "size": "L"}, ()),
        ({"couleur": "Rouge", "Taille": "M", "matière": "Lin", "motif": "Uni"},
         {"color": "Rouge", "size": "M", "material": "Lin", "pattern": "Uni"}, ()),
        ({"اللون": "أحمر"}, {"color": "أحمر"}, ()), ({"color": "Red", "Farbe": "Rot"}, {"color": "Red"}, (("Farbe", "Rot"),)),
        ({"gtin": "123", "mpn": "M-9", "scent": "Rose"}, {"gtin": "123", "mpn": "M-9"}, (("scent", "Rose"),)),
        ({}, {"gtin": "789", "mpn": "P-1"}, ()),
    ],
)  # fmt: skip
def test_attributes_have_metas_names_whatever_language_they_come_in(attributes, named, others):
    thing = product(picture("a"), gtin="789", mpn="P-1", variants=(variant(1, sku="R", attributes=attributes), variant(2, sku="B")))
    made = build_record(carriers_of(thing)[0], AROUND, NOW)
    assert {name: getattr(made, name) for name in named} == named
    assert made.other_attributes == others
