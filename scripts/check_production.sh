#!/bin/sh
# Check the production settings with an invented environment: `check --deploy` must have nothing to say, and embedded
# servers and demonstration content must be refused.
set -eu
cd "$(dirname "$0")/.."
unset PORTAL_EMBEDDED_SERVERS PORTAL_DEMO PORTAL_DEBUG
export DJANGO_SETTINGS_MODULE=kmportal.settings.production
export DATABASE_URL=postgresql://portal@database.example.org/portal
export REDIS_URL=redis://broker.example.org/0
export EMAIL_URL=smtp+tls://portal@mail.example.org
export PORTAL_FROM_EMAIL=portal@example.org
export PORTAL_LIBRARY_EMAIL=library@example.org
export PORTAL_HOSTS=know.example.org
export PORTAL_URL=https://know.example.org
SECRET_KEY=$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')
export SECRET_KEY

.venv/bin/python manage.py check --deploy --fail-level WARNING

for refused in PORTAL_EMBEDDED_SERVERS PORTAL_DEMO; do
    if env "$refused=true" .venv/bin/python manage.py check --deploy >/dev/null 2>&1; then
        echo "Production settings accept $refused=true." >&2
        exit 1
    fi
done
