"""The private files of runs."""

from django.db import models

from operations.models.runs import Run


class FileRole(models.TextChoices):
    UPLOAD = "upload", "Uploaded file"
    RESULT = "result", "Result"


class RunFile(models.Model):
    """A private file of a run: what a person gave it, or what it made. Kept in the database in parts, until `expires_at` (files.py)."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files")
    role = models.CharField(max_length=10, choices=FileRole.choices)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class RunFilePart(models.Model):
    """At most half a megabyte of a file, so that no process ever holds it whole."""

    file = models.ForeignKey(RunFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="run_file_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"
