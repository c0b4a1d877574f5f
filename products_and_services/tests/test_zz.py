import time, cProfile, pstats, pytest
from products_and_services.models import Product
@pytest.mark.django_db
def test_t(tenant, api):
    Product.objects.bulk_create(Product(tenant=tenant, name=f"P{n}") for n in range(500))
    rows=[{"id":pk,"price":"2.50"} for pk in Product.objects.values_list("pk",flat=True)]
    pr=cProfile.Profile(); t=time.time(); pr.enable()
    api.post("/v1/products/bulk/",{"items":rows}); pr.disable(); print("T",time.time()-t)
    pstats.Stats(pr).sort_stats("cumtime").print_stats(28)
