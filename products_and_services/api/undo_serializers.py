"""What restoring and rolling back take and answer."""

from typing import Any

from rest_framework import serializers

from products_and_services.undo.restore import Restoration


class StepSerializer(serializers.Serializer):
    """One row. action: changed, created (again, with its old id) or deleted; changes: {column: [now, afterwards]}."""

    product_id = serializers.IntegerField()
    entity = serializers.ChoiceField(["product", "variant", "image"])
    entity_id = serializers.IntegerField()
    action = serializers.ChoiceField(["changed", "created", "deleted"])
    changes = serializers.DictField(child=serializers.ListField(child=serializers.JSONField(allow_null=True)))


class ProblemSerializer(serializers.Serializer):
    """Something that stays as it is, and why. field "": the whole row."""

    product_id = serializers.IntegerField()
    entity = serializers.CharField()
    entity_id = serializers.IntegerField()
    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class RestoreRequestSerializer(serializers.Serializer):
    """keep: columns of the product that stay as they are now, for example ["stock_quantity"]."""

    keep = serializers.ListField(child=serializers.CharField(max_length=100), required=False, default=list)


class RestorationSerializer(serializers.Serializer):
    """What restoring would do (GET) or has done (POST)."""

    product_id = serializers.IntegerField()
    restores = serializers.IntegerField()
    steps = StepSerializer(many=True)
    problems = ProblemSerializer(many=True)


def restoration_answer(found: Restoration) -> dict[str, Any]:
    """The body of the answer."""
    plain = {"product_id": found.product_id, "restores": found.revision.pk, "steps": found.steps, "problems": found.problems}
    return dict(RestorationSerializer(plain).data)


class RollbackRequestSerializer(serializers.Serializer):
    """overwrite: also what others changed since the run; otherwise that is left alone and told."""

    overwrite = serializers.BooleanField(required=False, default=False)


class RollbackPreviewSerializer(serializers.Serializer):
    """total, made, deleted: products the run touched, created, deleted. steps and problems: of the first `looked_at` products.

    refused: why the run cannot be rolled back now ("" when it can).
    """

    refused = serializers.CharField(allow_blank=True)
    total = serializers.IntegerField()
    made = serializers.IntegerField()
    deleted = serializers.IntegerField()
    looked_at = serializers.IntegerField()
    steps = StepSerializer(many=True)
    problems = ProblemSerializer(many=True)
