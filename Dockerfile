# SPDX-License-Identifier: Apache-2.0
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libjemalloc-dev libpq-dev libsqlite3-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# The dependencies change seldom: a layer of their own.
COPY Package.* ./
RUN swift package resolve
COPY Sources Sources
COPY Projections Projections
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product assay \
    && install -D "$(swift build -c release --show-bin-path)/assay" /out/assay
# What is linked in keeps its licence: they travel with the image.
RUN cd .build/checkouts && mkdir -p /out/licenses \
    && find . -maxdepth 2 -type f \( -name 'LICENSE*' -o -name 'NOTICE*' \) \
        -exec cp --parents {} /out/licenses/ \;

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libjemalloc2 libpq5 libsqlite3-0 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin assay \
    && install -d -o assay -g assay -m 0750 /data
COPY --from=build /out/assay /usr/local/bin/assay
COPY LICENSE NOTICE /usr/share/doc/assay/
COPY --from=build /out/licenses /usr/share/doc/assay/licenses
USER assay
WORKDIR /data
VOLUME /data
ENV ASSAY_STORE=sqlite:/data/assay.sqlite \
    ASSAY_HOST=0.0.0.0 \
    ASSAY_PORT=8080
EXPOSE 8080
STOPSIGNAL SIGTERM
# The image has no curl; bash can open a socket itself.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD bash -c '\
    exec 3<>"/dev/tcp/127.0.0.1/$ASSAY_PORT" \
    && printf "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3 \
    && read -r -t 4 _ status _ <&3 && [[ $status == 200 ]]'
ENTRYPOINT ["assay"]
CMD ["serve"]
