# One image for the web server, both workers and beat; docker-compose.yml gives each its command.

FROM python:3.11-slim AS build
ARG EXTRA_REQUIREMENTS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH"
WORKDIR /build
COPY requirements*.txt ./
RUN pip install --requirement requirements.txt ${EXTRA_REQUIREMENTS:+--requirement "$EXTRA_REQUIREMENTS"}

FROM python:3.11-slim
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MEDIA_ROOT=/app/mediafiles \
    BACKUP_DIR=/app/backups
WORKDIR /app
RUN useradd --create-home --uid 10001 app && mkdir -p /app/var /app/mediafiles /app/backups \
    && chown app:app /app/var /app/mediafiles /app/backups
COPY --from=build /opt/venv /opt/venv
COPY . .
USER app
# Secrets of the build only: nothing is signed or encrypted while static files are collected.
RUN SECRET_KEY=only-for-collecting-static-files-0123456789 \
    ENCRYPTION_SECRET=only-for-collecting-static-files-0123456789 \
    python manage.py collectstatic --noinput --verbosity 0
EXPOSE 8000
# Nothing starts with a configuration that is not fit for production; the check says what is wrong.
ENTRYPOINT ["/bin/sh", "-c", "python manage.py check --deploy && exec \"$@\"", "start"]
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "--workers", "2", "--blocking-threads", "8", "--respawn-failed-workers", "whatsappcrm_backend.wsgi:application"]
