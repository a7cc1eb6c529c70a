# The command rmos with its dashboard. compose.yaml says how it is meant to run.
#
# The tag follows the repairs of Python 3.11 and of Debian. For an image that is the same every time, name its digest:
#   docker build --build-arg PYTHON=python:3.11-slim-trixie@sha256:… .
ARG PYTHON=python:3.11-slim-trixie

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/ requirements/
RUN python -m pip install --require-hashes -r requirements/build.txt \
    && python -m venv --without-pip /opt/rmos \
    && python -m pip --python /opt/rmos install --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md LICENSE ./
COPY src/ src/
RUN python -m hatchling build --target wheel --directory dist \
    && python -m pip --python /opt/rmos install --no-deps dist/rmos_migration-*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="rmos-migration" \
      org.opencontainers.image.description="Moves a guitar workshop's legacy RMOS JSON into a database, and shows it." \
      org.opencontainers.image.licenses="MIT"
# The number is fixed, so that a volume belongs to the same user whatever image made it.
RUN groupadd --gid 10001 rmos \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin rmos \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/rmos /opt/rmos
ENV PATH=/opt/rmos/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RMOS_DATABASE_URL=sqlite:////data/rmos.db \
    RMOS_SOURCE=/legacy
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
# Not /readyz: without a database, or with a damaged one, the dashboard is there to say so, and must not be restarted.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-I", "-c", \
    "from http.client import HTTPConnection as To; to = To('127.0.0.1', 8000, timeout=4); to.request('GET', '/healthz'); raise SystemExit(to.getresponse().status != 200)"]
ENTRYPOINT ["rmos"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--no-browser"]
