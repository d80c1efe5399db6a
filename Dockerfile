# Web and worker. The apt line and the pip line are the ones run.py uses on a bare Debian 12.
FROM debian:12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends python3-venv libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin app \
    && install -d -o 10001 -g 10001 /data

WORKDIR /app
COPY requirements.txt ./
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.txt

ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MEDIA_ROOT=/data/files
COPY . .
# Neither command opens the database or keeps the key.
RUN SECRET_KEY=only-to-build-the-image python manage.py compile_translations \
    && SECRET_KEY=only-to-build-the-image python manage.py collectstatic --noinput \
    && python -m compileall -q assessments principles smartcity

USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "healthcheck.py"]
CMD ["gunicorn"]
