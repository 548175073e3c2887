# Kontor CRM: one image for web server, worker and scheduler. docs/operations.md says how to run it.

FROM python:3.12-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/
RUN /venv/bin/pip install --require-hashes -r requirements/base.txt

# Here, and only here, is npm: it comes with a Python package.
FROM packages AS built
COPY . .
RUN /venv/bin/python -m config.frontend \
    && DJANGO_SETTINGS_MODULE=config.settings KONTOR_DATA=/tmp/data /venv/bin/python -m config.catalogues compile \
    && rm -rf node_modules package-lock.json

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 KONTOR_ENV=production KONTOR_DATA=/data KONTOR_HOST=0.0.0.0
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin kontor && install -d -o kontor -g kontor /data
COPY --from=packages /venv /venv
COPY --from=built /app /app
WORKDIR /app
USER kontor
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "config.supervisor"]
