// SPDX-License-Identifier: Apache-2.0
// Made by scripts/embed-openapi from docs/openapi.yaml: edit that file, then run the script.

/// The OpenAPI document, in the binary so that it is there wherever the binary goes.
enum OpenAPIDocument {
    static let bytes = Array(text.utf8)

    // swift-format-ignore
    static let text = ##"""
openapi: 3.1.0
info:
  title: Assay
  version: 0.1.0
  summary: Outcome-based billing for AI agents.
  description: |
    A vendor's agent does work; signals about that work are posted as events; Assay decides, provably, whether each
    outcome became billable, and bills only those that did.

    **Instants** are RFC 3339; answers end in `Z` with six fraction digits. **Decimals** in answers are strings, plain,
    without trailing zeros; at most 18 digits before and after the point and 34 in all go in.
    **Strings** are compared by their UTF-8 bytes and never normalised; lengths count Unicode scalars.
    `null` is the same as absent in an optional field of a request.

    **Reading your own write.** Every write answers a `position`. Passed as `?after=` to any GET, the answer shows that
    write, or is 503 `READ_BEHIND` after five seconds.

    **Unknown query parameters** and unknown fields of a body are errors, so that a typo shows; only an event's own unknown
    top-level fields are accepted, and named in `ignored`.

    Every answer carries `X-Request-Id`: the client's own if it is 1 to 128 characters of `[A-Za-z0-9._:-]`.
  license:
    name: Apache-2.0
    identifier: Apache-2.0
servers:
  - url: /
security:
  - token: []
tags:
  - name: events
    description: Signals about work that was done.
  - name: outcomes
    description: What became of the work.
  - name: ledger
    description: What was booked, double-entry, append-only.
  - name: dead letters
    description: Accepted events that could not be applied.
  - name: proofs
    description: Signed checkpoints of the log, and proofs that an event is under one.
  - name: catalog
    description: Agents, customers and rate cards.
  - name: account
    description: API tokens and the test clock.
  - name: value
    description: Value that agents have delivered, with answers and errors in a form of its own.
  - name: operations
    description: For operators; no token.

paths:
  /v1/events:
    post:
      operationId: postEvent
      tags: [events]
      summary: Submit an event
      description: |
        202 means durable: the event has been written and flushed. It is processed afterwards; its fate is at `Location`.
        Needs the scope `ingest`. CloudEvents 1.0 are taken in structured mode, and in binary mode by `ce-` headers:
        `source` and `id` are then the idempotency key unless the data has its own, `time` is `occurred_at`.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/EventInput'}
            examples:
              reply:
                value:
                  key: support:ticket:1001
                  action: agent_replied
                  agent_key: support
                  customer_key: acme
              csat:
                value:
                  key: support:ticket:1001
                  action: csat_received
                  customer_key: acme
                  idempotency_key: csat-1001-attempt-1
                  properties: {value: 4, attribution: 0.8, survey: s-17}
          application/cloudevents+json:
            schema: {$ref: '#/components/schemas/CloudEvent'}
      responses:
        '202':
          description: The event is durable, or was before.
          headers:
            Location:
              description: Where the event's fate can be read.
              schema: {type: string, pattern: '^/v1/events/evt_'}
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/EventAccepted'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '408': {$ref: '#/components/responses/Timeout'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/events/batch:
    post:
      operationId: postEventBatch
      tags: [events]
      summary: Submit up to 1,000 events
      description: |
        One result per item, in order; one bad item does not spoil the others. At most 4 MiB, 256 KiB an item.
        202 once the array parses, unless nothing could be stored: then the whole answer is a 503. Where some items
        could be stored and others not, those others have the status 503 and can be sent again. Needs the scope `ingest`.
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: array
              maxItems: 1000
              items: {$ref: '#/components/schemas/EventInput'}
          application/x-ndjson:
            schema:
              type: string
              description: One event on each line.
          application/cloudevents-batch+json:
            schema:
              type: array
              maxItems: 1000
              items: {$ref: '#/components/schemas/CloudEvent'}
      responses:
        '202':
          description: Each item's result; those with status 202 are durable.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/BatchResult'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '408': {$ref: '#/components/responses/Timeout'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/events/{event_id}:
    get:
      operationId: getEvent
      tags: [events]
      summary: What became of an event
      parameters:
        - {$ref: '#/components/parameters/EventIDPath'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The event's fate.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/EventFate'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/events/{event_id}/inclusion:
    get:
      operationId: getEventInclusion
      tags: [proofs]
      summary: The proof that an event is under a signed checkpoint
      description: |
        For each fact that the event has left on its outcome's stream: the leaf of the partition's Merkle tree (RFC 6962) and the
        hashes beside the way up to the checkpoint's root (RFC 9162, 2.1.3). A leaf's hash is SHA-256 of a zero byte and the 32 bytes of `hash`.
      parameters:
        - {$ref: '#/components/parameters/EventIDPath'}
        - name: checkpoint_size
          in: query
          description: The size of the checkpoint; the partition's latest unless given.
          schema: {type: integer, minimum: 1}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The checkpoint and the proofs.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Inclusion'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFoundOrPending'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/checkpoints:
    get:
      operationId: listCheckpoints
      tags: [proofs]
      summary: Signed checkpoints
      description: The latest of each partition; with `partition` all of that one, the fewest events first.
      parameters:
        - name: partition
          in: query
          schema: {type: integer, minimum: 0, maximum: 4096}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of checkpoints.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Checkpoint'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/checkpoints/consistency:
    get:
      operationId: getConsistency
      tags: [proofs]
      summary: The proof that a later tree begins with an earlier one
      description: RFC 9162, 2.1.4, for any two sizes up to that of the partition's latest checkpoint.
      parameters:
        - name: partition
          in: query
          required: true
          schema: {type: integer, minimum: 0, maximum: 4096}
        - name: from_size
          in: query
          required: true
          schema: {type: integer, minimum: 1}
        - name: to_size
          in: query
          required: true
          schema: {type: integer, minimum: 1}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The proof.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Consistency'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/signing-keys:
    get:
      operationId: listSigningKeys
      tags: [proofs]
      summary: The public keys that sign checkpoints
      description: All that have signed or will, oldest first.
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The keys.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/SigningKey'}}
                  next_cursor: {type: 'null'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/events/{event_id}/trace:
    get:
      operationId: getEventTrace
      tags: [events]
      summary: Where an event has been, and when
      description: |
        From what is stored with its facts, so it is there for every event and for good. `at` is the wall clock of whoever did it;
        where clocks disagree `since_previous_us` is negative. With `after` the read models are waited for as well.
      parameters:
        - {$ref: '#/components/parameters/EventIDPath'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The event's journey.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Journey'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/traces:
    get:
      operationId: listTraces
      tags: [events]
      summary: The journeys that another id leads to
      description: |
        Exactly one of `request_id`, `trace_id`, `idempotency_key` and `posting_id` is given. In the order of the log; those of a posting
        are the applied signals of its outcome, in their order. An event that still waits is found by its own id, or by its idempotency
        key together with `key`. A page may be shorter than `limit` and have a next one. 503 `UNAVAILABLE` while the index is being built anew.
      parameters:
        - name: request_id
          in: query
          description: The `X-Request-Id` of the request that brought the facts about.
          schema: {type: string, minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._:-]+$'}
        - name: trace_id
          in: query
          description: The trace id of its W3C `traceparent`.
          schema: {type: string, pattern: '^[0-9a-f]{32}$'}
        - name: idempotency_key
          in: query
          schema: {type: string, minLength: 1, maxLength: 255}
        - name: key
          in: query
          description: With `idempotency_key` only; the outcome key it is on.
          schema: {$ref: '#/components/schemas/OutcomeKey'}
        - name: posting_id
          in: query
          schema: {type: string, pattern: '^pst_[0-9a-f]{40}$'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of journeys.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data:
                    type: array
                    items: {$ref: '#/components/schemas/Journey'}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/outcomes:
    get:
      operationId: listOutcomes
      tags: [outcomes]
      summary: The feed of outcomes
      description: Newest first, by `opened_at`, then the key's bytes. A page may be shorter than `limit` and have a next one.
      parameters:
        - name: state
          in: query
          schema: {$ref: '#/components/schemas/OutcomeState'}
        - {$ref: '#/components/parameters/AgentKeyQuery'}
        - {$ref: '#/components/parameters/CustomerKeyQuery'}
        - name: updated_after
          in: query
          description: Last fact later than this.
          schema: {$ref: '#/components/schemas/InstantInput'}
        - name: updated_before
          in: query
          description: Last fact earlier than this.
          schema: {$ref: '#/components/schemas/InstantInput'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of outcomes.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Outcome'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/outcomes/{key}:
    get:
      operationId: getOutcome
      tags: [outcomes]
      summary: One outcome, as it is or as it was
      description: |
        With `at_version` or `as_of` the state is folded from the log up to that moment, and has the member `at_version`. 404 when
        the outcome was not open by then, or its stream does not have that version.
      parameters:
        - {$ref: '#/components/parameters/OutcomeKeyPath'}
        - {$ref: '#/components/parameters/AtVersion'}
        - {$ref: '#/components/parameters/AsOf'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The outcome.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Outcome'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/outcomes/{key}/history:
    get:
      operationId: getOutcomeHistory
      tags: [outcomes]
      summary: Everything that happened on an outcome's stream
      description: |
        The facts in order of version, each with the proof behind it. A key whose signals are all parked has a history, too.
        `at_version` and `as_of` cut it: 404 when nothing was known by then, or the stream does not have that version.
      parameters:
        - {$ref: '#/components/parameters/OutcomeKeyPath'}
        - {$ref: '#/components/parameters/AtVersion'}
        - {$ref: '#/components/parameters/AsOf'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of facts.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Fact'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/outcomes/{key}/evidence:
    get:
      operationId: getOutcomeEvidence
      tags: [proofs]
      summary: One file that proves an outcome
      description: |
        An evidence bundle (docs/adr/0027-evidence-bundles.md): every event of the outcome with its proof, the catalog it was judged by,
        the posting, signed checkpoints, and a seal. `assay verify` and docs/verify_evidence.py check it without this service. At most
        2,000 events and 16 MiB.
      parameters:
        - {$ref: '#/components/parameters/OutcomeKeyPath'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The bundle, a JSON object a line.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/x-ndjson:
              schema: {type: string}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFoundOrPending'}
        '422': {$ref: '#/components/responses/EvidenceTooLarge'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/outcomes/{key}/explain:
    get:
      operationId: explainOutcome
      tags: [outcomes]
      summary: Why an outcome is what it is, or was
      description: |
        The condition with the truth of each node and the signal that decided it, what was copied from the catalog, the quantity
        with the signals that make it, and the smallest change of the signals that would have turned the result. Folded from the
        log; a key whose signals are all parked is explained, too: by what the catalog lacks.
      parameters:
        - {$ref: '#/components/parameters/OutcomeKeyPath'}
        - {$ref: '#/components/parameters/AtVersion'}
        - {$ref: '#/components/parameters/AsOf'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The explanation.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Explanation'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/ledger/postings:
    get:
      operationId: listPostings
      tags: [ledger]
      summary: The ledger's postings
      description: Newest first, by `recorded_at`. A confirmed outcome posts once, for ever.
      parameters:
        - {$ref: '#/components/parameters/CustomerKeyQuery'}
        - {$ref: '#/components/parameters/AgentKeyQuery'}
        - {$ref: '#/components/parameters/OutcomeKeyQuery'}
        - {$ref: '#/components/parameters/From'}
        - {$ref: '#/components/parameters/To'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of postings.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Posting'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/ledger/balances:
    get:
      operationId: listBalances
      tags: [ledger]
      summary: What was booked, by customer, agent and currency
      parameters:
        - {$ref: '#/components/parameters/CustomerKeyQuery'}
        - {$ref: '#/components/parameters/AgentKeyQuery'}
        - {$ref: '#/components/parameters/OutcomeKeyQuery'}
        - {$ref: '#/components/parameters/From'}
        - {$ref: '#/components/parameters/To'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of balances, with the totals of everything that passes the filters.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, totals, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Balance'}}
                  totals: {type: array, items: {$ref: '#/components/schemas/Total'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/dead-letters:
    get:
      operationId: listDeadLetters
      tags: [dead letters]
      summary: The outstanding dead letters
      description: Newest first, by `received_at`.
      parameters:
        - name: group
          in: query
          description: Of this group; see `/v1/dead-letters/groups`.
          schema: {$ref: '#/components/schemas/DeadLetterGroupID'}
        - name: code
          in: query
          schema: {$ref: '#/components/schemas/DeadLetterCode'}
        - name: key
          in: query
          schema: {$ref: '#/components/schemas/OutcomeKey'}
        - {$ref: '#/components/parameters/CustomerKeyQuery'}
        - {$ref: '#/components/parameters/AgentKeyQuery'}
        - name: action
          in: query
          schema: {$ref: '#/components/schemas/Action'}
        - name: received_from
          in: query
          description: Received at this instant or later.
          schema: {$ref: '#/components/schemas/InstantInput'}
        - name: received_before
          in: query
          description: Received before this instant.
          schema: {$ref: '#/components/schemas/InstantInput'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of dead letters.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/DeadLetter'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/dead-letters/groups:
    get:
      operationId: listDeadLetterGroups
      tags: [dead letters]
      summary: The outstanding dead letters by what is missing
      description: |
        By code and by what it depends on, in a fixed order, with a count of each and what the catalog says of it now. The `id`
        of a group is a filter of the list, of a redrive and of a discard. Counts are kept, so a group costs the same however
        many letters it has.
      parameters:
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of groups.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/DeadLetterGroup'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/dead-letters/redrive:
    post:
      operationId: redriveDeadLetters
      tags: [dead letters]
      summary: Try dead letters again
      description: |
        At most 1,000 in one call; a filter takes the first 1,000 of the list and answers `next_cursor`, with which the next call
        goes on behind them, those that stay dead letters included. Ids that are dead letters no longer are passed over. A dry run writes nothing and answers the states and the money that would result.
        Needs the scope `admin`.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/RedriveInput'}
      responses:
        '200':
          description: What a dry run would make of it.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/DryRun'}
        '202':
          description: The redrive is durable; `position` shows its result.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Redrive'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '408': {$ref: '#/components/responses/Timeout'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/dead-letters/discard:
    post:
      operationId: discardDeadLetters
      tags: [dead letters]
      summary: Give dead letters up for good
      description: As a redrive, but a `reason` is required. Needs the scope `admin`.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/DiscardInput'}
      responses:
        '200':
          description: What a dry run would take.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/DryRun'}
        '202':
          description: The discard is durable; `position` shows its result.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Redrive'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '408': {$ref: '#/components/responses/Timeout'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/dead-letters/{id}:
    get:
      operationId: getDeadLetter
      tags: [dead letters]
      summary: One outstanding dead letter
      parameters:
        - name: id
          in: path
          required: true
          schema: {$ref: '#/components/schemas/EventID'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The dead letter.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/DeadLetter'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/agents:
    get:
      operationId: listAgents
      tags: [catalog]
      summary: The agents, archived ones included, by key
      parameters:
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of agents.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Agent'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/agents/{key}:
    parameters:
      - name: key
        in: path
        required: true
        description: Percent-encoded.
        schema: {$ref: '#/components/schemas/Slug'}
    get:
      operationId: getAgent
      tags: [catalog]
      summary: One agent
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The agent.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Agent'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    put:
      operationId: putAgent
      tags: [catalog]
      summary: Create, change or revive an agent
      description: To put the same again changes nothing. Needs the scope `admin`.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/AgentInput'}
            examples:
              support:
                value:
                  name: Support
                  contract:
                    settlement_period: 259200
                    attribution_method: last
                    unit: resolution
                    condition:
                      all:
                        - {fact: agent_replied, operator: seen}
                        - {fact: reopened, operator: not_seen}
                        - {fact: csat_received, operator: not_lt, value: 3}
      responses:
        '200':
          description: It was there before.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/AgentChanged'}
        '201':
          description: It is new.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/AgentChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '408': {$ref: '#/components/responses/Timeout'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    delete:
      operationId: archiveAgent
      tags: [catalog]
      summary: Archive an agent
      description: What is open goes on; it opens nothing new. Needs the scope `admin`.
      responses:
        '200':
          description: It is archived.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/AgentChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/agents/{key}/versions:
    get:
      operationId: listAgentVersions
      tags: [catalog]
      summary: The numbered versions of an agent's contract, oldest first
      parameters:
        - name: key
          in: path
          required: true
          schema: {$ref: '#/components/schemas/Slug'}
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of versions.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/ContractVersion'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/customers:
    get:
      operationId: listCustomers
      tags: [catalog]
      summary: The customers, archived ones included, by key
      parameters:
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of customers.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Customer'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/customers/{key}:
    parameters:
      - name: key
        in: path
        required: true
        description: Percent-encoded.
        schema: {$ref: '#/components/schemas/CustomerKey'}
    get:
      operationId: getCustomer
      tags: [catalog]
      summary: One customer
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The customer.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Customer'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    put:
      operationId: putCustomer
      tags: [catalog]
      summary: Create, change or revive a customer
      description: To put the same again changes nothing. Needs the scope `admin`.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/CustomerInput'}
            examples:
              acme:
                value: {name: Acme, rate_card_key: standard}
      responses:
        '200':
          description: It was there before.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CustomerChanged'}
        '201':
          description: It is new.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CustomerChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '408': {$ref: '#/components/responses/Timeout'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    delete:
      operationId: archiveCustomer
      tags: [catalog]
      summary: Archive a customer
      description: What is open goes on; it opens nothing new. Needs the scope `admin`.
      responses:
        '200':
          description: It is archived.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CustomerChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/customers/{key}/personal-data:
    parameters:
      - name: key
        in: path
        required: true
        description: Percent-encoded. The catalog need not know the customer.
        schema: {$ref: '#/components/schemas/CustomerKey'}
    get:
      operationId: getPersonalData
      tags: [catalog]
      summary: What of a customer's metadata was erased
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The number of erasures and the last of them.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/PersonalData'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    delete:
      operationId: erasePersonalData
      tags: [catalog]
      summary: Make a customer's metadata unreadable for ever
      description: |
        Destroys what the metadata of the customer's events so far is sealed with: every property but `value`, `attribution` and
        `settles_at`, of all events that name this `customer_key`, parked and late ones included. Not covered, since decisions, money
        and hashes rest on them: `key`, `action`, `customer_key`, `agent_key`, `value`, `attribution`, `settles_at`, `occurred_at` and
        `idempotency_key`; nor the catalog, trace contexts and request ids. Hashes, decisions and amounts stay as they are. What is
        posted after the answer `erased` is sealed with a new key. Each call is a record of its own. Needs the scope `admin`.
      parameters:
        - name: reason
          in: query
          description: Why; kept with the record, so nothing personal belongs here.
          schema: {type: string, minLength: 1, maxLength: 1000}
      responses:
        '202':
          description: The request is durable; with the status `erased` it is done as well.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Erasure'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/rate-cards:
    get:
      operationId: listRateCards
      tags: [catalog]
      summary: The rate cards, archived ones included, by key
      parameters:
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of rate cards.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/RateCard'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/rate-cards/{key}:
    parameters:
      - name: key
        in: path
        required: true
        description: Percent-encoded.
        schema: {$ref: '#/components/schemas/Slug'}
    get:
      operationId: getRateCard
      tags: [catalog]
      summary: One rate card
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The rate card.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/RateCard'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    put:
      operationId: putRateCard
      tags: [catalog]
      summary: Create, change or revive a rate card
      description: To put the same again changes nothing. Needs the scope `admin`.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/RateCardInput'}
            examples:
              standard:
                value:
                  name: Standard
                  currency: USD
                  entries:
                    - {agent_key: support, price_per_unit: '0.99'}
      responses:
        '200':
          description: It was there before.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/RateCardChanged'}
        '201':
          description: It is new.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/RateCardChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '408': {$ref: '#/components/responses/Timeout'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    delete:
      operationId: archiveRateCard
      tags: [catalog]
      summary: Archive a rate card
      description: Its assignments stay in force. Needs the scope `admin`.
      responses:
        '200':
          description: It is archived.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/RateCardChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '409': {$ref: '#/components/responses/Conflict'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/tokens:
    get:
      operationId: listTokens
      tags: [account]
      summary: API tokens, without their secrets
      description: Needs the scope `admin`.
      parameters:
        - {$ref: '#/components/parameters/Limit'}
        - {$ref: '#/components/parameters/Cursor'}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: A page of tokens.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [data, next_cursor]
                additionalProperties: false
                properties:
                  data: {type: array, items: {$ref: '#/components/schemas/Token'}}
                  next_cursor: {$ref: '#/components/schemas/NextCursor'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    post:
      operationId: createToken
      tags: [account]
      summary: Make an API token
      description: The secret is in this answer and nowhere else. Needs the scope `admin`.
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [scopes]
              additionalProperties: false
              properties:
                name: {oneOf: [{$ref: '#/components/schemas/Name'}, {type: 'null'}]}
                scopes:
                  type: array
                  minItems: 1
                  items: {$ref: '#/components/schemas/Scope'}
            examples:
              ingest:
                value: {name: the web shop, scopes: [ingest]}
      responses:
        '201':
          description: The token.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/TokenCreated'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '408': {$ref: '#/components/responses/Timeout'}
        '409': {$ref: '#/components/responses/Conflict'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/tokens/{id}:
    parameters:
      - name: id
        in: path
        required: true
        schema: {$ref: '#/components/schemas/TokenID'}
    get:
      operationId: getToken
      tags: [account]
      summary: One API token, without its secret
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The token.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Token'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
    delete:
      operationId: revokeToken
      tags: [account]
      summary: Revoke an API token
      responses:
        '200':
          description: The token, revoked.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/TokenChanged'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/test-clock:
    get:
      operationId: getTestClock
      tags: [account]
      summary: What a sandbox account's clock says
      description: 404 for a live account.
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The clock.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [now]
                additionalProperties: false
                properties:
                  now: {$ref: '#/components/schemas/Instant'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/test-clock/advance:
    post:
      operationId: advanceTestClock
      tags: [account]
      summary: Move a sandbox account's clock
      description: |
        Answers when everything due has settled and is visible. The clock never goes back. After 60 seconds of work still to be
        done the answer is 503 `READ_BEHIND` with the `position` to wait for. Needs the scope `admin`; 404 for a live account.
      requestBody:
        required: true
        content:
          application/json:
            schema:
              oneOf:
                - type: object
                  required: [to]
                  additionalProperties: false
                  properties:
                    to: {$ref: '#/components/schemas/InstantInput'}
                - type: object
                  required: [by]
                  additionalProperties: false
                  properties:
                    by:
                      type: integer
                      minimum: 0
                      description: Seconds.
            examples:
              threeDays:
                value: {by: 259200}
      responses:
        '200':
          description: The clock has moved.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [now, position]
                additionalProperties: false
                properties:
                  now: {$ref: '#/components/schemas/Instant'}
                  position: {$ref: '#/components/schemas/Position'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '404': {$ref: '#/components/responses/NotFound'}
        '408': {$ref: '#/components/responses/Timeout'}
        '413': {$ref: '#/components/responses/TooLarge'}
        '415': {$ref: '#/components/responses/UnsupportedMediaType'}
        '429': {$ref: '#/components/responses/IntakeFull'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /v1/cluster:
    get:
      operationId: getCluster
      tags: [operations]
      summary: The nodes, and whose each partition is
      description: |
        A partition is run by one node at a time, under an epoch that grows with each change of hands; any node accepts events for
        all of them. On the embedded store there is one node. Needs the scope `admin`.
      parameters:
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The cluster as this node sees it.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Cluster'}
        '400': {$ref: '#/components/responses/Invalid'}
        '401': {$ref: '#/components/responses/TokenInvalid'}
        '403': {$ref: '#/components/responses/Forbidden'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/Internal'}
        '503': {$ref: '#/components/responses/Unavailable'}
  /api/outcomes:
    post:
      operationId: recordValue
      tags: [value]
      summary: Record that an agent has delivered value
      description: |
        200 means durable, and visible in this node's list unless that took longer than five seconds. With the internal key
        `userId` is a member of the key's account, or absent, and the answer is `{"ok":true}`; with a session the user is the
        session's, `userId` is passed over and the answer has the `id`. A session has to send `Content-Type: application/json`.
        Members that are not known are passed over; `null` is the same as absent. API tokens are not taken here.
      security:
        - internalKey: []
        - session: []
      parameters:
        - name: Idempotency-Key
          in: header
          description: |
            Makes a retry safe: by account and caller, for ever. The same body gets the first one's answer, another is a 400.
          schema: {type: string, minLength: 1, maxLength: 255}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/ValueInput'}
            examples:
              deal:
                value: {outcomeType: deal_closed, title: Renewal signed, valueUsd: 12500, agentId: 7}
      responses:
        '200':
          description: It is durable, or was before.
          headers:
            X-Position:
              description: Pass it as `?after=` to read it through another node.
              schema: {type: string}
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: object
                required: [ok]
                additionalProperties: false
                properties:
                  ok: {const: true}
                  id:
                    type: string
                    pattern: '^evt_'
                    description: The record; only with a session.
        '400': {$ref: '#/components/responses/ValueError'}
        '401': {$ref: '#/components/responses/ValueError'}
        '408': {$ref: '#/components/responses/ValueError'}
        '413': {$ref: '#/components/responses/ValueError'}
        '415': {$ref: '#/components/responses/ValueError'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/ValueError'}
    get:
      operationId: listValue
      tags: [value]
      summary: What the session's user was recorded with, newest first
      description: For sessions only.
      security:
        - session: []
      parameters:
        - name: limit
          in: query
          description: At most so many; more than 50 counts as 50.
          schema: {type: integer, minimum: 1, default: 20}
        - {$ref: '#/components/parameters/After'}
      responses:
        '200':
          description: The records.
          headers:
            X-Request-Id: {$ref: '#/components/headers/RequestID'}
          content:
            application/json:
              schema:
                type: array
                maxItems: 50
                items: {$ref: '#/components/schemas/ValueRecord'}
        '400': {$ref: '#/components/responses/ValueError'}
        '401': {$ref: '#/components/responses/ValueError'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '500': {$ref: '#/components/responses/ValueError'}
  /healthz:
    get:
      operationId: health
      tags: [operations]
      summary: The process lives
      security: []
      responses:
        '200':
          description: It does.
          content:
            application/json:
              schema:
                type: object
                required: [status]
                additionalProperties: false
                properties:
                  status: {const: ok}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
  /readyz:
    get:
      operationId: readiness
      tags: [operations]
      summary: The service can do its work
      security: []
      responses:
        '200':
          description: It can.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Readiness'}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
        '503':
          description: It cannot, for these reasons.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Readiness'}
  /metrics:
    get:
      operationId: metrics
      tags: [operations]
      summary: Metrics in Prometheus' text form; no account and no key is in them
      security: []
      responses:
        '200':
          description: The metrics.
          content:
            text/plain:
              schema: {type: string}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}
  /openapi.yaml:
    get:
      operationId: openapi
      tags: [operations]
      summary: This document
      security: []
      responses:
        '200':
          description: OpenAPI 3.1.
          content:
            application/yaml:
              schema: {}
        '431': {$ref: '#/components/responses/HeadersTooLarge'}

components:
  # What an error's `doc_url` points at.
  x-errors:
    VALIDATION_ERROR: {status: 400, description: 'The request breaks a rule; `details` names each wrong field.'}
    TOKEN_INVALID: {status: 401, description: 'No token, an unknown one, or a revoked one.'}
    FORBIDDEN: {status: 403, description: 'The token has not the scope.'}
    NOT_FOUND: {status: 404, description: 'Nothing of that name in this account.'}
    CHECKPOINT_PENDING: {status: 404, description: 'The event is there, and no signed checkpoint has it yet; wait for `Retry-After`.'}
    METHOD_NOT_ALLOWED: {status: 405, description: 'The address does not take this method; see `Allow`.'}
    REQUEST_TIMEOUT: {status: 408, description: 'The body took more than 30 s to arrive.'}
    CONFLICT: {status: 409, description: 'Something else was changed at the same time; look, then try again.'}
    PAYLOAD_TOO_LARGE: {status: 413, description: '256 KiB a body, 4 MiB and 1,000 events a batch.'}
    UNSUPPORTED_MEDIA_TYPE: {status: 415, description: 'Another content type, or a compressed body.'}
    INTAKE_FULL: {status: 429, description: 'Nothing was accepted; wait for `Retry-After`.'}
    EVIDENCE_TOO_LARGE: {status: 422, description: 'The outcome has more events than an evidence bundle may hold here; the command line has no such bound.'}
    HEADERS_TOO_LARGE: {status: 431, description: '16 KiB a field, 32 KiB and 100 fields in all.'}
    INTERNAL_ERROR: {status: 500, description: 'The service''s fault. Trying again with the same idempotency key is safe.'}
    READ_BEHIND: {status: 503, description: 'Not visible yet, so try again; or, as the message then says, not before a restart.'}
    CLOCK_IN_DOUBT: {status: 503, description: 'The server''s clock jumped; nothing is accepted until the clocks agree.'}
    STORE_UNAVAILABLE: {status: 503, description: 'The store does not answer; nothing was written that was not answered 202.'}
    STORAGE_FULL: {status: 503, description: 'The disk is full; reads go on.'}
    SHUTTING_DOWN: {status: 503, description: 'The service is shutting down; nothing was written that was not answered 202.'}

  securitySchemes:
    token:
      type: http
      scheme: bearer
      description: |
        An API token. Its scopes: `ingest` posts events, `read` reads, `admin` does all. No or an unknown token is 401
        `TOKEN_INVALID`, a missing scope 403 `FORBIDDEN`; what belongs to another account is 404.
    internalKey:
      type: http
      scheme: bearer
      description: The internal key of the server's settings, bound to one account; only for recording value.
    session:
      type: apiKey
      in: cookie
      name: assay_session
      description: The session of somebody who has signed in to the dashboard.

  headers:
    RequestID:
      description: Names the request in our logs; the client's own if it sent a sane one.
      schema: {type: string}
    RetryAfter:
      description: Seconds.
      schema: {type: integer, minimum: 1}

  parameters:
    EventIDPath:
      name: event_id
      in: path
      required: true
      schema: {$ref: '#/components/schemas/EventID'}
    OutcomeKeyPath:
      name: key
      in: path
      required: true
      description: Percent-encoded, `/` as `%2F`.
      schema: {$ref: '#/components/schemas/OutcomeKey'}
    AgentKeyQuery:
      name: agent_key
      in: query
      schema: {$ref: '#/components/schemas/Slug'}
    CustomerKeyQuery:
      name: customer_key
      in: query
      schema: {$ref: '#/components/schemas/CustomerKey'}
    OutcomeKeyQuery:
      name: outcome_key
      in: query
      schema: {$ref: '#/components/schemas/OutcomeKey'}
    From:
      name: from
      in: query
      description: Recorded at this instant or later.
      schema: {$ref: '#/components/schemas/InstantInput'}
    To:
      name: to
      in: query
      description: Recorded before this instant.
      schema: {$ref: '#/components/schemas/InstantInput'}
    AtVersion:
      name: at_version
      in: query
      description: Right after this version of the outcome's stream. Not together with `as_of`.
      schema: {type: integer, minimum: 1}
    AsOf:
      name: as_of
      in: query
      description: |
        What was known at this instant: the facts up to the first whose `recorded_at` is later, in a sandbox by its test clock. A
        signal received by then and recorded later is not among them. Not together with `at_version`.
      schema: {type: string, format: date-time}
    Limit:
      name: limit
      in: query
      schema: {type: integer, minimum: 1, maximum: 500, default: 50}
    Cursor:
      name: cursor
      in: query
      description: The `next_cursor` of the page before; opaque. One of another account leads to an empty page.
      schema: {type: string, minLength: 1, pattern: '^[A-Za-z0-9_-]+$'}
    After:
      name: after
      in: query
      description: A `position`; waits up to 5 seconds until it is visible, else 503 `READ_BEHIND`.
      schema: {type: string, minLength: 1, pattern: '^[A-Za-z0-9_-]+$'}

  responses:
    ValueError:
      description: |
        What went wrong, in a few words: `Invalid outcome_type` or another field (400), `Unauthorized` (401), `Request timeout`
        (408), `Payload too large` (413), `Unsupported media type` (415), `Failed to record outcome` or `Failed to list outcomes`
        (500; try again after `Retry-After`, if there is one).
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
      content:
        application/json:
          schema:
            type: object
            required: [error]
            additionalProperties: false
            properties:
              error: {type: string, examples: [Invalid outcome_type]}
    Invalid:
      description: "`VALIDATION_ERROR`: one `details` entry per wrong field."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
          examples:
            missing:
              value:
                error:
                  type: invalid_request_error
                  code: VALIDATION_ERROR
                  message: 'The request is not valid: see details.'
                  status: 400
                  details: [{field: key, message: is required}]
                  request_id: req_1k2m_1
                  doc_url: '/openapi.yaml#/components/x-errors/VALIDATION_ERROR'
    TokenInvalid:
      description: "`TOKEN_INVALID`: the token is missing, unknown or revoked."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
        WWW-Authenticate:
          schema: {type: string}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    Forbidden:
      description: "`FORBIDDEN`: the token has not the scope."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    NotFound:
      description: "`NOT_FOUND`: there is nothing here under that name in this account."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    NotFoundOrPending:
      description: "`NOT_FOUND`: there is no such event in this account. `CHECKPOINT_PENDING`: no signed checkpoint has it yet; try again after `Retry-After`."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    EvidenceTooLarge:
      description: "`EVIDENCE_TOO_LARGE`: the outcome has more than 2,000 events, or they have more than 16 MiB. The operator can run `assay evidence`."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    Timeout:
      description: "`REQUEST_TIMEOUT`: the body took too long to arrive."
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    Conflict:
      description: "`CONFLICT`: something else was changed at the same time."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    TooLarge:
      description: "`PAYLOAD_TOO_LARGE`: 256 KiB a body, 4 MiB and 1,000 events a batch."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    UnsupportedMediaType:
      description: "`UNSUPPORTED_MEDIA_TYPE`: another content type, or a compressed body."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    IntakeFull:
      description: "`INTAKE_FULL`: nothing was accepted; try again."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    HeadersTooLarge:
      description: "`HEADERS_TOO_LARGE`: 16 KiB a field, 32 KiB and 100 fields in all."
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    Internal:
      description: "`INTERNAL_ERROR`: something went wrong on our side."
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}
    Unavailable:
      description: |
        `READ_BEHIND`: what was asked for is not visible yet, or, as the message then says, not before a restart.
        `CLOCK_IN_DOUBT`: the server's clock jumped; nothing is accepted.
        `STORE_UNAVAILABLE`, `STORAGE_FULL`, `SHUTTING_DOWN`: nothing was written.
      headers:
        X-Request-Id: {$ref: '#/components/headers/RequestID'}
        Retry-After: {$ref: '#/components/headers/RetryAfter'}
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Error'}

  schemas:
    ValueType:
      type: string
      enum:
        - negotiation_complete
        - amplification_complete
        - deal_closed
        - broadcast_complete
        - task_complete
        - content_published
    ValueInput:
      type: object
      required: [outcomeType, title]
      properties:
        outcomeType: {$ref: '#/components/schemas/ValueType'}
        title: {type: string, minLength: 1, maxLength: 200}
        description: {type: [string, 'null'], maxLength: 1000}
        valueUsd:
          type: [number, 'null']
          minimum: 0
          description: The estimated value in US dollars, kept exactly; at most 18 digits before and after the point and 34 in all.
        agentId: {type: [integer, 'null'], description: The agent's number where you keep such numbers.}
        userId: {type: [integer, 'null'], description: A member of the account; only with the internal key.}
        metadata: {type: [object, 'null'], description: Kept as it is, in the clear.}
    ValueRecord:
      type: object
      required:
        [id, user_id, agent_id, outcome_type, title, description, value_usd, metadata, created_at]
      additionalProperties: false
      properties:
        id: {type: string, pattern: '^evt_'}
        user_id: {type: [integer, 'null']}
        agent_id: {type: [integer, 'null']}
        outcome_type: {$ref: '#/components/schemas/ValueType'}
        title: {type: string}
        description: {type: [string, 'null']}
        value_usd: {type: [number, 'null'], description: All digits of the exact decimal.}
        metadata: {type: [object, 'null']}
        created_at: {$ref: '#/components/schemas/Instant'}
    Checkpoint:
      type: object
      required: [partition, size, root, time, note]
      additionalProperties: false
      properties:
        partition: {type: integer, minimum: 0}
        size:
          type: integer
          minimum: 1
          description: How many events the tree has; the position of the last one.
        root: {$ref: '#/components/schemas/Digest'}
        time: {$ref: '#/components/schemas/Instant'}
        note:
          type: string
          description: |
            C2SP's signed note over the checkpoint: origin, size, root in base 64, `time` and the instant, an empty line, signatures.
    Inclusion:
      type: object
      required: [event_id, checkpoint, facts]
      additionalProperties: false
      properties:
        event_id: {$ref: '#/components/schemas/EventID'}
        checkpoint: {$ref: '#/components/schemas/Checkpoint'}
        facts:
          type: array
          minItems: 1
          items:
            type: object
            required: [version, log_position, leaf_index, hash, proof]
            additionalProperties: false
            properties:
              version: {type: integer, minimum: 1}
              log_position: {type: integer, minimum: 1}
              leaf_index: {type: integer, minimum: 0}
              hash: {$ref: '#/components/schemas/Digest'}
              proof:
                type: [array, 'null']
                description: From the leaf up; null for a fact that came later than the checkpoint.
                items: {$ref: '#/components/schemas/Digest'}
    Consistency:
      type: object
      required: [origin, partition, from_size, to_size, proof]
      additionalProperties: false
      properties:
        origin: {type: string}
        partition: {type: integer, minimum: 0}
        from_size: {type: integer, minimum: 1}
        to_size: {type: integer, minimum: 1}
        proof: {type: array, items: {$ref: '#/components/schemas/Digest'}}
    SigningKey:
      type: object
      required: [id, name, key, since, registration]
      additionalProperties: false
      properties:
        id:
          type: string
          pattern: '^[0-9a-f]{8}$'
          description: The first four bytes of the key's hash.
        name: {type: string}
        key:
          type: string
          description: C2SP's verifier key, `name+id+base64`.
        since: {$ref: '#/components/schemas/Instant'}
        registration:
          type: string
          description: A signed note that names the key, signed by itself and by the key it follows.
    Cluster:
      type: object
      required: [node, instance, lease_seconds, nodes, partitions]
      additionalProperties: false
      properties:
        node:
          type: string
          description: The name of the node that answers.
        instance: {$ref: '#/components/schemas/NodeInstance'}
        lease_seconds:
          type: [integer, 'null']
          description: How long a node may stay silent before others take its partitions over; null on the embedded store.
        nodes:
          type: array
          items:
            type: object
            required: [name, instance, started_at, renewed_at, is_alive, is_leaving, partitions]
            additionalProperties: false
            properties:
              name: {type: string}
              instance: {$ref: '#/components/schemas/NodeInstance'}
              started_at: {$ref: '#/components/schemas/Instant'}
              renewed_at: {$ref: '#/components/schemas/Instant'}
              is_alive:
                type: boolean
                description: Whether its lease has not run out, and it still has a session with the database.
              is_leaving:
                type: boolean
                description: Whether it is shutting down and hands its partitions over.
              partitions: {type: integer, minimum: 0}
        partitions:
          type: array
          items:
            type: object
            required: [partition, node, instance, epoch, head, backlog_events]
            additionalProperties: false
            properties:
              partition: {type: integer, minimum: 0}
              node:
                type: [string, 'null']
                description: The name of its owner; null when nobody runs it at the moment, or a node that is known no more.
              instance:
                anyOf:
                  - {$ref: '#/components/schemas/NodeInstance'}
                  - {type: 'null'}
              epoch: {type: integer, minimum: 0}
              head:
                type: integer
                minimum: 0
                description: The last place of its event log.
              backlog_events:
                type: integer
                minimum: 0
                description: Accepted and not yet processed.
    NodeInstance:
      type: string
      pattern: '^[0-9a-f]{16}$'
      description: A node from its start to its end.
    # What goes in and out by itself
    OutcomeKey:
      type: string
      description: Names an outcome; 8 to 255 characters, no control characters.
      minLength: 8
      maxLength: 255
      pattern: '^[^\u0000-\u001f\u007f-\u009f]*$'
    CustomerKey:
      type: string
      minLength: 1
      maxLength: 255
      pattern: '^[^\u0000-\u001f\u007f-\u009f]*$'
    Slug:
      type: string
      minLength: 1
      maxLength: 63
      pattern: '^[a-z0-9][a-z0-9_-]*$'
    Name:
      type: string
      minLength: 1
      maxLength: 255
      pattern: '^[^\u0000-\u001f\u007f-\u009f]*$'
    Action:
      type: string
      minLength: 1
      maxLength: 255
      pattern: '^[^\u0000]*$'
    EventID:
      type: string
      pattern: '^evt_[0-9a-hjkmnp-tv-z]{32}$'
      examples: [evt_0000c3kfq5t8m2n4r6v8x0z1a3b5c7d9]
    TokenID:
      type: string
      pattern: '^tok_[0-9a-hjkmnp-tv-z]{16}$'
    Instant:
      type: string
      description: UTC, six fraction digits.
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$'
      examples: ['2026-03-04T10:12:00.000000Z']
    InstantInput:
      type: string
      format: date-time
      description: RFC 3339 with an offset, years 1970 to 9999; digits finer than microseconds are cut.
    Number:
      type: number
      description: At most 18 digits before and after the point and 34 in all.
      exclusiveMinimum: -1000000000000000000
      exclusiveMaximum: 1000000000000000000
    Decimal:
      type: string
      description: Plain, without trailing zeros.
      pattern: '^-?[0-9]+(\.[0-9]*[1-9])?$'
      examples: ['0.99']
    Digest:
      type: string
      pattern: '^[0-9a-f]{64}$'
    Currency:
      type: string
      description: ISO 4217.
      pattern: '^[A-Z]{3}$'
      examples: [USD]
    Position:
      type: string
      description: Opaque; pass it as `?after=`.
      pattern: '^[A-Za-z0-9_-]+$'
    NextCursor:
      type: [string, 'null']
      description: The `cursor` of the next page; null when there is none.
    Scope:
      type: string
      enum: [ingest, read, admin]
    OutcomeState:
      type: string
      enum: [OPEN, PENDING, CONFIRMED, FAILED, MISSED]
    DeadLetterCode:
      type: string
      enum:
        - AGENT_NOT_FOUND
        - AGENT_AMBIGUOUS
        - CUSTOMER_NOT_FOUND
        - RATE_CARD_NOT_FOUND
        - RATE_CARD_ENTRY_NOT_FOUND
        - OUTCOME_IDENTITY_MISMATCH
        - OUTCOME_NOT_OPEN
    FieldError:
      type: object
      required: [field, message]
      additionalProperties: false
      properties:
        field: {type: string}
        message: {type: string}
    Error:
      type: object
      required: [error]
      additionalProperties: false
      properties:
        error: {$ref: '#/components/schemas/ErrorBody'}
    ErrorBody:
      type: object
      required: [type, code, message, status, details, request_id, doc_url]
      additionalProperties: false
      properties:
        type:
          type: string
          enum:
            - invalid_request_error
            - authentication_error
            - permission_error
            - not_found_error
            - conflict_error
            - rate_limit_error
            - api_error
        code:
          type: string
          enum:
            - VALIDATION_ERROR
            - TOKEN_INVALID
            - FORBIDDEN
            - NOT_FOUND
            - CHECKPOINT_PENDING
            - EVIDENCE_TOO_LARGE
            - METHOD_NOT_ALLOWED
            - REQUEST_TIMEOUT
            - CONFLICT
            - PAYLOAD_TOO_LARGE
            - UNSUPPORTED_MEDIA_TYPE
            - HEADERS_TOO_LARGE
            - INTAKE_FULL
            - INTERNAL_ERROR
            - READ_BEHIND
            - CLOCK_IN_DOUBT
            - STORE_UNAVAILABLE
            - STORAGE_FULL
            - SHUTTING_DOWN
        message: {type: string}
        status: {type: integer, minimum: 400, maximum: 599}
        details: {type: array, items: {$ref: '#/components/schemas/FieldError'}}
        request_id: {type: string}
        doc_url:
          description: What the code means, as a JSON pointer into this document.
          type: string
          format: uri-reference
        position:
          description: Where a write of this call is that is durable, when waiting for it has failed.
          allOf: [{$ref: '#/components/schemas/Position'}]

    # Events
    EventInput:
      type: object
      required: [key, action, customer_key]
      additionalProperties: true
      properties:
        key: {$ref: '#/components/schemas/OutcomeKey'}
        action: {$ref: '#/components/schemas/Action'}
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        agent_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
        idempotency_key:
          type: [string, 'null']
          description: Makes a retry safe; scoped to account and key, for ever.
          minLength: 1
          maxLength: 255
          pattern: '^[^\u0000]*$'
        occurred_at:
          oneOf: [{$ref: '#/components/schemas/InstantInput'}, {type: 'null'}]
          description: |
            Metadata; in a live account at most 5 minutes in the future. In a sandbox it drives the test clock.
        properties:
          type: [object, 'null']
          description: What is not named here is stored as metadata and never evaluated.
          additionalProperties: true
          properties:
            value:
              description: What conditions read.
              oneOf: [{$ref: '#/components/schemas/Number'}, {type: [string, boolean, 'null']}]
            attribution:
              type: [number, 'null']
              minimum: 0
              exclusiveMaximum: 1000000000000000000
              description: What billing reads.
            settles_at:
              oneOf: [{$ref: '#/components/schemas/InstantInput'}, {type: 'null'}]
              description: The next end of the window; at most 180 days after the receipt. In the past it means at once.
    CloudEvent:
      type: object
      required: [specversion, id, source, type, data]
      additionalProperties: true
      properties:
        specversion: {const: '1.0'}
        id: {type: string, minLength: 1}
        source: {type: string, minLength: 1}
        type: {type: string, minLength: 1}
        time: {oneOf: [{$ref: '#/components/schemas/InstantInput'}, {type: 'null'}]}
        datacontenttype: {enum: [application/json, null]}
        data_base64: {type: 'null'}
        data: {$ref: '#/components/schemas/EventInput'}
    EventAccepted:
      type: object
      required: [event_id, key, received_at, duplicate, body_conflict, ignored, warnings, position]
      additionalProperties: false
      properties:
        event_id: {$ref: '#/components/schemas/EventID'}
        key: {$ref: '#/components/schemas/OutcomeKey'}
        received_at: {$ref: '#/components/schemas/Instant'}
        duplicate:
          type: boolean
          description: The idempotency key was used before; everything here is of that first event.
        body_conflict:
          type: boolean
          description: It was used with another body, which is kept.
        ignored:
          type: array
          description: Top-level fields that mean nothing here.
          items: {type: string}
        warnings: {type: array, items: {$ref: '#/components/schemas/FieldError'}}
        position: {$ref: '#/components/schemas/Position'}
    BatchResult:
      type: object
      required: [results, position]
      additionalProperties: false
      properties:
        results:
          type: array
          maxItems: 1000
          items:
            oneOf:
              - $ref: '#/components/schemas/BatchAccepted'
              - $ref: '#/components/schemas/BatchRefused'
        position:
          description: One for the whole batch; null when nothing was accepted.
          oneOf: [{$ref: '#/components/schemas/Position'}, {type: 'null'}]
    BatchAccepted:
      type: object
      required: [status, event_id, key, received_at, duplicate, body_conflict, ignored, warnings, position]
      additionalProperties: false
      properties:
        status: {const: 202}
        event_id: {$ref: '#/components/schemas/EventID'}
        key: {$ref: '#/components/schemas/OutcomeKey'}
        received_at: {$ref: '#/components/schemas/Instant'}
        duplicate: {type: boolean}
        body_conflict: {type: boolean}
        ignored: {type: array, items: {type: string}}
        warnings: {type: array, items: {$ref: '#/components/schemas/FieldError'}}
        position: {$ref: '#/components/schemas/Position'}
    BatchRefused:
      type: object
      required: [status, error]
      additionalProperties: false
      properties:
        status: {enum: [400, 413]}
        error: {$ref: '#/components/schemas/ErrorBody'}
    EventFate:
      type: object
      required: [event_id, status, code, parked, key, action, received_at, version, reason]
      additionalProperties: false
      properties:
        event_id: {$ref: '#/components/schemas/EventID'}
        status: {$ref: '#/components/schemas/EventStatus'}
        code:
          description: Why it is, or before its discard was, a dead letter.
          oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]
        parked:
          type: boolean
          description: Whether it waits on its key for a signal that opens the outcome.
        key: {$ref: '#/components/schemas/OutcomeKey'}
        action: {$ref: '#/components/schemas/Action'}
        received_at: {$ref: '#/components/schemas/Instant'}
        version:
          type: [integer, 'null']
          description: The version of the outcome's history that says so; null while waiting.
        reason:
          type: [string, 'null']
          description: The reason of its discard.
    EventStatus:
      type: string
      enum: [waiting, applied, dead_lettered, discarded]
    Journey:
      type: object
      required: [event_id, key, action, received_at, status, code, parked, partition, wait, passages]
      additionalProperties: false
      properties:
        event_id: {$ref: '#/components/schemas/EventID'}
        key: {$ref: '#/components/schemas/OutcomeKey'}
        action: {$ref: '#/components/schemas/Action'}
        received_at: {$ref: '#/components/schemas/Instant'}
        status: {$ref: '#/components/schemas/EventStatus'}
        code:
          description: Why it is, or before its discard was, a dead letter.
          oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]
        parked: {type: boolean}
        partition: {type: integer, minimum: 0}
        wait:
          description: How it waits; null once it is processed.
          oneOf: [{$ref: '#/components/schemas/JourneyWait'}, {type: 'null'}]
        passages:
          description: Each way through a lane that left facts about it, in order.
          type: array
          items: {$ref: '#/components/schemas/JourneyPassage'}
    JourneyWait:
      type: object
      required: [since, ingest_position, records_ahead, request_id, steps]
      additionalProperties: false
      properties:
        since: {$ref: '#/components/schemas/Instant'}
        ingest_position: {type: integer, minimum: 1}
        records_ahead:
          type: integer
          minimum: 0
          description: How many records of its partition come before it.
        request_id: {type: [string, 'null']}
        steps:
          type: array
          items: {$ref: '#/components/schemas/JourneyStep'}
    JourneyPassage:
      type: object
      required: [occasion, cause, request_id, trace, node, batch, steps, facts]
      additionalProperties: false
      properties:
        occasion:
          description: |
            Its own record; a redrive or its discard; `other_event`, which opened the outcome and brought it along; or `time`, the end
            of the window that it had set.
          type: string
          enum: [event, redrive, discard, other_event, time]
        cause:
          type: object
          required: [event_id, position, author]
          additionalProperties: false
          properties:
            event_id: {$ref: '#/components/schemas/EventID'}
            position: {type: integer, minimum: 1}
            author: {type: [string, 'null']}
        request_id:
          type: [string, 'null']
          description: The request behind it; null for what time has brought.
        trace: {type: [string, 'null']}
        node:
          type: string
          description: The node that decided and appended it.
        batch:
          type: integer
          description: The batch it was appended in, counted by the node.
        steps:
          type: array
          items: {$ref: '#/components/schemas/JourneyStep'}
        facts:
          type: array
          items: {$ref: '#/components/schemas/JourneyFact'}
    JourneyStep:
      type: object
      required: [name, at, since_previous_us]
      additionalProperties: false
      properties:
        name:
          description: |
            `accepted`: the node that took the request; `flushed`: the transaction that made it durable was made (on PostgreSQL by the
            database's clock), its fsync comes after; `taken`: a lane had read it; `decided`; `appended`: committed, which has no time of its
            own and was no later than `not_after`; `visible`: in the rows of `model`, at the node that answers.
          type: string
          enum: [accepted, flushed, taken, decided, appended, visible]
        at:
          oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]
        since_previous_us:
          type: [integer, 'null']
          description: |
            Microseconds since the step before; for `visible` since `decided`. Negative where clocks disagree.
        not_after:
          oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]
        node: {type: string}
        model: {type: string}
        rebuilt:
          type: boolean
          description: Whether the read model was being built anew then, and may have had it before.
    JourneyFact:
      type: object
      required: [type, version, log_position, time, recorded_at, code, state, posting_id]
      additionalProperties: false
      properties:
        type: {type: string}
        version: {type: integer, minimum: 1}
        log_position: {type: integer, minimum: 1}
        time: {$ref: '#/components/schemas/Instant'}
        recorded_at: {$ref: '#/components/schemas/Instant'}
        code:
          oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]
        state:
          description: The outcome's state after it; null when it leaves the state as it is.
          oneOf: [{$ref: '#/components/schemas/OutcomeState'}, {type: 'null'}]
        posting_id:
          type: [string, 'null']
          description: The posting that books it.

    # Outcomes
    Outcome:
      type: object
      required: [key, state, scheduled_resolution, settles_at, opened_at, state_since, settled_at, recorded_at, agent_key,
        agent_inferred, customer_key, contract, price, quantity, amount, currency, signal_count, late_signal_count,
        updated_at, version]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/OutcomeKey'}
        state: {$ref: '#/components/schemas/OutcomeState'}
        scheduled_resolution:
          enum: [CONFIRMED, FAILED, null]
          description: What holds now; null unless PENDING.
        settles_at: {$ref: '#/components/schemas/Instant'}
        opened_at: {$ref: '#/components/schemas/Instant'}
        state_since: {$ref: '#/components/schemas/Instant'}
        settled_at: {oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]}
        recorded_at: {oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]}
        agent_key: {$ref: '#/components/schemas/Slug'}
        agent_inferred: {type: boolean}
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        contract:
          description: The contract copied when the outcome opened.
          type: object
          required: [version, hash, settlement_period, condition, attribution_method]
          additionalProperties: false
          properties:
            version: {type: integer, minimum: 1}
            hash: {$ref: '#/components/schemas/Digest'}
            settlement_period: {type: integer}
            condition: {$ref: '#/components/schemas/Condition'}
            attribution_method: {$ref: '#/components/schemas/AttributionMethod'}
            unit: {type: string}
        price: {$ref: '#/components/schemas/Decimal'}
        quantity:
          description: Null unless CONFIRMED.
          oneOf: [{$ref: '#/components/schemas/Decimal'}, {type: 'null'}]
        amount:
          description: Price times quantity, exact; null unless CONFIRMED.
          oneOf: [{$ref: '#/components/schemas/Decimal'}, {type: 'null'}]
        currency: {$ref: '#/components/schemas/Currency'}
        signal_count: {type: integer, minimum: 0}
        late_signal_count: {type: integer, minimum: 0}
        updated_at: {$ref: '#/components/schemas/Instant'}
        version: {type: integer, minimum: 1}
        at_version:
          description: The version it is the state of; only where `at_version` or `as_of` was given.
          type: integer
          minimum: 1
    Explanation:
      type: object
      required: [key, version, state, scheduled_resolution, opened_at, settles_at, reason, signal_count, terms, condition, turned_by,
        attribution, counterfactual, no_counterfactual, waiting_for, dead_letter_count, dead_letters]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/OutcomeKey'}
        version: {type: integer, minimum: 1}
        state:
          description: Null while no signal has opened the outcome.
          oneOf: [{$ref: '#/components/schemas/OutcomeState'}, {type: 'null'}]
        scheduled_resolution:
          enum: [CONFIRMED, FAILED, null]
          description: What holds now; null unless PENDING.
        opened_at: {oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]}
        settles_at:
          description: When the window ends or, of a final outcome, ended.
          oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]
        reason: {type: string, description: 'For people; the words may change.'}
        signal_count: {type: integer, minimum: 0}
        terms:
          description: What was copied from the catalog when the outcome opened, as in the history; null while not opened.
          type: [object, 'null']
        condition:
          oneOf: [{$ref: '#/components/schemas/TruthNode'}, {type: 'null'}]
        turned_by:
          description: The signal since which the condition has held, or has no more; null while it never held.
          oneOf: [{$ref: '#/components/schemas/SignalReference'}, {type: 'null'}]
        attribution:
          description: The quantity so far and the amount it makes, whether or not it is billed; null while not opened.
          oneOf:
            - type: object
              required: [method, quantity, amount, currency, is_billed, signal_count, signals]
              additionalProperties: false
              properties:
                method: {$ref: '#/components/schemas/AttributionMethod'}
                quantity: {$ref: '#/components/schemas/Decimal'}
                amount: {$ref: '#/components/schemas/Decimal'}
                currency: {$ref: '#/components/schemas/Currency'}
                is_billed: {type: boolean, description: 'CONFIRMED, or scheduled to be.'}
                signal_count: {type: integer, minimum: 0, description: 'How many signals carry an attribution.'}
                signals:
                  description: Those that make the quantity; of a sum the first 100.
                  type: array
                  items:
                    type: object
                    required: [event_id, version, action, received_at, attribution]
                    additionalProperties: false
                    properties:
                      event_id: {$ref: '#/components/schemas/EventID'}
                      version: {type: integer, minimum: 1}
                      action: {type: string}
                      received_at: {$ref: '#/components/schemas/Instant'}
                      attribution: {$ref: '#/components/schemas/Decimal'}
            - {type: 'null'}
        counterfactual:
          description: |
            The smallest change of the applied signals that would have turned the result, decided again with it before it was
            told; null where there is none, and `no_counterfactual` says why. Of an outcome with thousands of signals fewer
            changes are tried than of a small one: then `NOT_FOUND` comes sooner.
          oneOf:
            - type: object
              required: [text, state, changes]
              additionalProperties: false
              properties:
                text: {type: string, description: 'For people; the words may change.'}
                state: {$ref: '#/components/schemas/OutcomeState'}
                changes: {type: array, minItems: 1, items: {$ref: '#/components/schemas/FactChange'}}
            - {type: 'null'}
        no_counterfactual:
          enum: [NOT_OPENED, TOO_MANY_SIGNALS, NOT_FOUND, null]
        waiting_for:
          description: What the catalog lacks for the parked signals, in the order of the first that waits; at most 100.
          type: array
          items:
            type: object
            required: [code, customer_key, agent_key, signals]
            additionalProperties: false
            properties:
              code: {type: string}
              customer_key: {$ref: '#/components/schemas/CustomerKey'}
              agent_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
              signals: {type: integer, minimum: 1}
        dead_letter_count: {type: integer, minimum: 0}
        dead_letters:
          description: The outstanding ones in the order of the stream; at most 100.
          type: array
          items:
            type: object
            required: [event_id, version, action, received_at, code, parked]
            additionalProperties: false
            properties:
              event_id: {$ref: '#/components/schemas/EventID'}
              version: {type: integer, minimum: 1}
              action: {type: string}
              received_at: {$ref: '#/components/schemas/Instant'}
              code: {type: string}
              parked: {type: boolean}
    SignalReference:
      type: object
      required: [event_id, version, action, received_at]
      additionalProperties: false
      properties:
        event_id: {$ref: '#/components/schemas/EventID'}
        version: {type: integer, minimum: 1, description: 'The version of the stream that tells of it.'}
        action: {type: string}
        received_at: {$ref: '#/components/schemas/Instant'}
    TruthNode:
      description: A node of the condition, in its canonical form, with its truth.
      oneOf:
        - type: object
          required: [op, conditions, holds, decided_by]
          additionalProperties: false
          properties:
            op: {enum: [all, any, not]}
            conditions: {type: array, items: {$ref: '#/components/schemas/TruthNode'}}
            holds: {type: boolean}
            decided_by: {oneOf: [{$ref: '#/components/schemas/SignalReference'}, {type: 'null'}]}
        - type: object
          required: [fact, operator, value, count, latest_value, holds, decided_by]
          additionalProperties: false
          properties:
            fact: {type: string}
            operator: {type: string}
            value: {description: 'What it compares with; null for `seen` and `not_seen`.', type: [string, number, boolean, 'null']}
            count: {type: integer, minimum: 0, description: 'How many signals of the action were applied.'}
            latest_value: {type: [string, number, boolean, 'null']}
            holds: {type: boolean}
            decided_by: {oneOf: [{$ref: '#/components/schemas/SignalReference'}, {type: 'null'}]}
    ValueRange:
      type: object
      description: Values that all do the same; `example` is the one it was decided again with.
      required: [example]
      additionalProperties: false
      properties:
        exactly: {type: [string, number, boolean]}
        other_than:
          description: Any text but these.
          type: array
          minItems: 1
          items: {type: string}
        more_than: {type: number}
        less_than: {type: number}
        example: {type: [string, number, boolean]}
    FactChange:
      description: What would have had to be otherwise about the signals of one action.
      oneOf:
        - type: object
          description: So many more before the window's end, which they do not move; the last carries the value.
          required: [fact, change, count, value, before, within_seconds, late_signal]
          additionalProperties: false
          properties:
            fact: {type: string}
            change: {enum: [added]}
            count: {type: integer, minimum: 1}
            value: {oneOf: [{$ref: '#/components/schemas/ValueRange'}, {type: 'null'}]}
            before: {$ref: '#/components/schemas/Instant'}
            within_seconds:
              description: The time between the last applied signal and the end of the window.
              oneOf: [{$ref: '#/components/schemas/Decimal'}]
            late_signal:
              description: One that did come, but when the outcome was final.
              oneOf: [{$ref: '#/components/schemas/SignalReference'}, {type: 'null'}]
        - type: object
          description: The signal that brought the latest value had brought another.
          required: [fact, change, count, value, instead_of, margin]
          additionalProperties: false
          properties:
            fact: {type: string}
            change: {enum: [value]}
            count: {type: integer, minimum: 1}
            value: {$ref: '#/components/schemas/ValueRange'}
            instead_of: {type: [string, number, boolean]}
            margin:
              description: How far off it was; null unless both are numbers.
              oneOf: [{$ref: '#/components/schemas/Decimal'}, {type: 'null'}]
        - type: object
          description: So many of the latest had not come.
          required: [fact, change, count, remaining]
          additionalProperties: false
          properties:
            fact: {type: string}
            change: {enum: [absent]}
            count: {type: integer, minimum: 1}
            remaining: {type: integer, minimum: 0}
    PersonalData:
      type: object
      required: [customer_key, erasures, last_erasure]
      additionalProperties: false
      properties:
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        erasures: {type: integer, minimum: 0}
        last_erasure:
          type: [object, 'null']
          required: [event_id, requested_at, author, reason, catalog_version]
          additionalProperties: false
          properties:
            event_id: {$ref: '#/components/schemas/EventID'}
            requested_at: {$ref: '#/components/schemas/Instant'}
            author: {type: string}
            reason: {type: [string, 'null']}
            catalog_version: {type: integer, minimum: 1}
    Erasure:
      type: object
      required: [customer_key, status, event_id, received_at, position]
      additionalProperties: false
      properties:
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        status:
          type: string
          description: |
            `pending`: it is durable and will be done; a GET with `?after=` that position waits for it. What is posted before it is
            done may come under it.
          enum: [erased, pending]
        event_id: {$ref: '#/components/schemas/EventID'}
        received_at: {$ref: '#/components/schemas/Instant'}
        position: {$ref: '#/components/schemas/Position'}
    Fact:
      type: object
      required: [version, type, time, recorded_at, cause, data, metadata, metadata_status, partition, log_position, node, batch, trace,
        previous_hash, hash]
      additionalProperties: false
      properties:
        version: {type: integer, minimum: 1}
        type:
          type: string
          enum:
            - outcome_opened
            - signal_applied
            - signal_dead_lettered
            - signal_redriven
            - signal_discarded
            - outcome_settled
        time: {$ref: '#/components/schemas/Instant'}
        recorded_at: {$ref: '#/components/schemas/Instant'}
        cause:
          type: object
          description: The ingest record that brought it about.
          required: [event_id, position, author]
          additionalProperties: false
          properties:
            event_id: {$ref: '#/components/schemas/EventID'}
            position: {type: integer, minimum: 0}
            author: {type: [string, 'null']}
        data:
          type: object
          description: What happened, by type; applied signals and settlements carry the proof.
        metadata:
          type: [object, 'null']
          description: What the client sent beside the fields that decide and bill; null unless it is `readable`.
        metadata_status:
          type: string
          description: |
            `none`: the fact has no metadata. `erased`: its key was destroyed on request. `unreadable`: its key is lost.
          enum: [none, readable, erased, unreadable]
        partition: {type: integer, minimum: 0}
        log_position: {type: integer, minimum: 1}
        node: {type: string, description: 'The node that wrote it.'}
        batch: {type: integer, minimum: 0, description: 'The batch it was written in, counted by the node.'}
        trace: {type: [string, 'null']}
        previous_hash:
          description: The hash of the version before; zeros at version 1.
          oneOf: [{$ref: '#/components/schemas/Digest'}]
        hash: {$ref: '#/components/schemas/Digest'}

    # Ledger
    Posting:
      type: object
      required: [id, outcome_key, customer_key, agent_key, price, quantity, amount, currency, settled_at, recorded_at, lines,
        source]
      additionalProperties: false
      properties:
        id: {type: string, pattern: '^pst_[0-9a-f]{40}$'}
        outcome_key: {$ref: '#/components/schemas/OutcomeKey'}
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        agent_key: {$ref: '#/components/schemas/Slug'}
        price: {$ref: '#/components/schemas/Decimal'}
        quantity: {$ref: '#/components/schemas/Decimal'}
        amount: {$ref: '#/components/schemas/Decimal'}
        currency: {$ref: '#/components/schemas/Currency'}
        settled_at: {$ref: '#/components/schemas/Instant'}
        recorded_at: {$ref: '#/components/schemas/Instant'}
        lines:
          type: array
          description: Debits above zero, credits below; they add up to zero.
          minItems: 2
          items:
            type: object
            required: [account, amount]
            additionalProperties: false
            properties:
              account: {type: string, examples: ['receivable:acme', 'revenue:support']}
              amount: {$ref: '#/components/schemas/Decimal'}
        source:
          type: object
          description: The stored event behind it.
          required: [partition, position, hash]
          additionalProperties: false
          properties:
            partition: {type: integer, minimum: 0}
            position: {type: integer, minimum: 1}
            hash: {$ref: '#/components/schemas/Digest'}
    Balance:
      type: object
      required: [customer_key, agent_key, currency, receivable, revenue, postings]
      additionalProperties: false
      properties:
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        agent_key: {$ref: '#/components/schemas/Slug'}
        currency: {$ref: '#/components/schemas/Currency'}
        receivable: {$ref: '#/components/schemas/Decimal'}
        revenue: {$ref: '#/components/schemas/Decimal'}
        postings: {type: integer, minimum: 1}
    Total:
      type: object
      required: [currency, receivable, revenue, postings]
      additionalProperties: false
      properties:
        currency: {$ref: '#/components/schemas/Currency'}
        receivable: {$ref: '#/components/schemas/Decimal'}
        revenue: {$ref: '#/components/schemas/Decimal'}
        postings: {type: integer, minimum: 1}

    # Dead letters
    DeadLetter:
      type: object
      required: [id, event_id, key, code, action, customer_key, agent_key, received_at, parked]
      additionalProperties: false
      properties:
        id: {$ref: '#/components/schemas/EventID'}
        event_id: {$ref: '#/components/schemas/EventID'}
        key: {$ref: '#/components/schemas/OutcomeKey'}
        code: {$ref: '#/components/schemas/DeadLetterCode'}
        action: {$ref: '#/components/schemas/Action'}
        customer_key: {$ref: '#/components/schemas/CustomerKey'}
        agent_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
        received_at: {$ref: '#/components/schemas/Instant'}
        parked: {type: boolean}
    DeadLetterGroupID:
      type: string
      pattern: '^grp_([0-9a-f]{2})+$'
    DeadLetterGroup:
      type: object
      required: [id, code, missing, is_there, count, oldest_received_at, newest_received_at, samples]
      additionalProperties: false
      properties:
        id: {$ref: '#/components/schemas/DeadLetterGroupID'}
        code: {$ref: '#/components/schemas/DeadLetterCode'}
        missing:
          type: object
          description: |
            What the code depends on. All null for the two codes with which nothing is missing.
          required: [agent_key, action, customer_key, rate_card_key]
          additionalProperties: false
          properties:
            agent_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
            action:
              description: What several agents or none fit to, where the events name no agent.
              oneOf: [{$ref: '#/components/schemas/Action'}, {type: 'null'}]
            customer_key: {oneOf: [{$ref: '#/components/schemas/CustomerKey'}, {type: 'null'}]}
            rate_card_key:
              description: The rate card that the customer has now.
              oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]
        is_there:
          type: [boolean, 'null']
          description: Whether what was missing is in the catalog now; null where nothing is missing.
        count: {type: integer, minimum: 1}
        oldest_received_at: {$ref: '#/components/schemas/Instant'}
        newest_received_at: {$ref: '#/components/schemas/Instant'}
        samples:
          type: array
          description: The oldest of the group.
          minItems: 1
          maxItems: 3
          items:
            type: object
            required: [event_id, key, action, customer_key, agent_key, received_at, code_now]
            additionalProperties: false
            properties:
              event_id: {$ref: '#/components/schemas/EventID'}
              key: {$ref: '#/components/schemas/OutcomeKey'}
              action: {$ref: '#/components/schemas/Action'}
              customer_key: {$ref: '#/components/schemas/CustomerKey'}
              agent_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
              received_at: {$ref: '#/components/schemas/Instant'}
              code_now:
                description: |
                  What it would be dead-lettered with by the catalog of now; null when it would route. Whether its key has an outcome
                  by now a dry run tells.
                oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]
    DeadLetterFilter:
      type: object
      additionalProperties: false
      properties:
        group: {oneOf: [{$ref: '#/components/schemas/DeadLetterGroupID'}, {type: 'null'}]}
        code: {oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]}
        key: {oneOf: [{$ref: '#/components/schemas/OutcomeKey'}, {type: 'null'}]}
        customer_key: {oneOf: [{$ref: '#/components/schemas/CustomerKey'}, {type: 'null'}]}
        agent_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
        action: {oneOf: [{$ref: '#/components/schemas/Action'}, {type: 'null'}]}
        received_from: {oneOf: [{$ref: '#/components/schemas/InstantInput'}, {type: 'null'}]}
        received_before: {oneOf: [{$ref: '#/components/schemas/InstantInput'}, {type: 'null'}]}
    LetterIDs:
      type: array
      minItems: 1
      maxItems: 1000
      items: {$ref: '#/components/schemas/EventID'}
    Reason:
      type: string
      minLength: 1
      maxLength: 1000
      pattern: '^[^\u0000]*$'
    LetterCursor:
      description: The `next_cursor` of the call before, with the same filter.
      oneOf: [{type: string, minLength: 1, maxLength: 4000}, {type: 'null'}]
    RedriveInput:
      oneOf:
        - type: object
          required: [ids]
          additionalProperties: false
          properties:
            ids: {$ref: '#/components/schemas/LetterIDs'}
            dry_run: {type: [boolean, 'null']}
            reason: {oneOf: [{$ref: '#/components/schemas/Reason'}, {type: 'null'}]}
            filter: {type: 'null'}
        - type: object
          required: [filter]
          additionalProperties: false
          properties:
            filter: {$ref: '#/components/schemas/DeadLetterFilter'}
            cursor: {$ref: '#/components/schemas/LetterCursor'}
            dry_run: {type: [boolean, 'null']}
            reason: {oneOf: [{$ref: '#/components/schemas/Reason'}, {type: 'null'}]}
            ids: {type: 'null'}
    DiscardInput:
      oneOf:
        - type: object
          required: [ids, reason]
          additionalProperties: false
          properties:
            ids: {$ref: '#/components/schemas/LetterIDs'}
            dry_run: {type: boolean}
            reason: {$ref: '#/components/schemas/Reason'}
        - type: object
          required: [filter, reason]
          additionalProperties: false
          properties:
            filter: {$ref: '#/components/schemas/DeadLetterFilter'}
            cursor: {$ref: '#/components/schemas/LetterCursor'}
            dry_run: {type: boolean}
            reason: {$ref: '#/components/schemas/Reason'}
        - type: object
          required: [ids, dry_run]
          additionalProperties: false
          properties:
            ids: {$ref: '#/components/schemas/LetterIDs'}
            dry_run: {const: true}
        - type: object
          required: [filter, dry_run]
          additionalProperties: false
          properties:
            filter: {$ref: '#/components/schemas/DeadLetterFilter'}
            cursor: {$ref: '#/components/schemas/LetterCursor'}
            dry_run: {const: true}
    LetterResult:
      type: object
      required: [event_id, key, status, code]
      additionalProperties: false
      properties:
        event_id: {$ref: '#/components/schemas/EventID'}
        key: {$ref: '#/components/schemas/OutcomeKey'}
        status: {$ref: '#/components/schemas/EventStatus'}
        code:
          description: Why it is a dead letter or, once discarded, was one.
          oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]
        status_after:
          description: In a dry run, of a letter that is outstanding.
          enum: [applied, dead_lettered, discarded]
        code_after:
          description: With `status_after`; null when it would be applied.
          oneOf: [{$ref: '#/components/schemas/DeadLetterCode'}, {type: 'null'}]
    Redrive:
      type: object
      required: [dry_run, count, skipped, more, next_cursor, results, position]
      additionalProperties: false
      properties:
        dry_run: {const: false}
        count:
          type: integer
          minimum: 0
          description: How many are tried again, or given up.
        skipped:
          type: integer
          minimum: 0
          description: How many of the ids are dead letters no longer.
        more:
          type: boolean
          description: Whether the filter finds more than one call takes.
        next_cursor: {$ref: '#/components/schemas/NextCursor'}
        results: {type: array, items: {$ref: '#/components/schemas/LetterResult'}}
        position: {oneOf: [{$ref: '#/components/schemas/Position'}, {type: 'null'}]}
    DryRun:
      type: object
      required: [dry_run, count, skipped, more, next_cursor, results, position, outcomes, totals]
      additionalProperties: false
      properties:
        dry_run: {const: true}
        count: {type: integer, minimum: 0}
        skipped: {type: integer, minimum: 0}
        more: {type: boolean}
        next_cursor: {$ref: '#/components/schemas/NextCursor'}
        results: {type: array, items: {$ref: '#/components/schemas/LetterResult'}}
        position: {type: 'null'}
        outcomes:
          type: array
          description: What would become of each key. A discard changes no state.
          items:
            type: object
            required: [key, state_before, state_after, scheduled_resolution, settles_at, quantity, amount, currency]
            additionalProperties: false
            properties:
              key: {$ref: '#/components/schemas/OutcomeKey'}
              state_before:
                description: At the account's time; null when no signal has opened the outcome.
                oneOf: [{$ref: '#/components/schemas/OutcomeState'}, {type: 'null'}]
              state_after: {oneOf: [{$ref: '#/components/schemas/OutcomeState'}, {type: 'null'}]}
              scheduled_resolution: {enum: [CONFIRMED, FAILED, null]}
              settles_at:
                description: When the window would end or has ended; null when the outcome is not opened.
                oneOf: [{$ref: '#/components/schemas/Instant'}, {type: 'null'}]
              quantity: {oneOf: [{$ref: '#/components/schemas/Decimal'}, {type: 'null'}]}
              amount:
                description: The outcome's money afterwards, whether or not the request has any part in it.
                oneOf: [{$ref: '#/components/schemas/Decimal'}, {type: 'null'}]
              currency: {oneOf: [{$ref: '#/components/schemas/Currency'}, {type: 'null'}]}
        totals:
          type: array
          description: |
            The money that the request would add, as things stand, by currency: that of the outcomes it would open.
          items:
            type: object
            required: [currency, amount]
            additionalProperties: false
            properties:
              currency: {$ref: '#/components/schemas/Currency'}
              amount: {$ref: '#/components/schemas/Decimal'}

    # Catalog
    AttributionMethod:
      type: string
      enum: [first, last, min, max, sum]
    Condition:
      description: |
        A leaf, `all`, `any`, `not`; going in also a list (all of them) and `{"op":"AND"|"OR"|"NOT","conditions":[..]}`. At most
        16 deep and 256 leaves.
      type: [object, array]
    ContractInput:
      type: object
      required: [condition]
      additionalProperties: false
      properties:
        settlement_period: {type: [integer, 'null'], minimum: 1, maximum: 15552000, default: 259200, description: Seconds.}
        condition: {$ref: '#/components/schemas/ConditionInput'}
        attribution_method:
          oneOf: [{$ref: '#/components/schemas/AttributionMethod'}, {type: 'null'}]
          default: last
        unit: {oneOf: [{$ref: '#/components/schemas/Name'}, {type: 'null'}]}
    ConditionInput:
      description: |
        A condition as it may be written. At most 16 deep and 256 leaves. Every `not_` operator may also be written `not `.
      oneOf:
        - type: array
          maxItems: 256
          items: {$ref: '#/components/schemas/ConditionInput'}
        - type: object
          required: [all]
          additionalProperties: false
          properties:
            all: {type: array, maxItems: 256, items: {$ref: '#/components/schemas/ConditionInput'}}
        - type: object
          required: [any]
          additionalProperties: false
          properties:
            any: {type: array, minItems: 1, maxItems: 256, items: {$ref: '#/components/schemas/ConditionInput'}}
        - type: object
          required: [not]
          additionalProperties: false
          properties:
            not: {$ref: '#/components/schemas/ConditionInput'}
        - type: object
          required: [op, conditions]
          additionalProperties: false
          properties:
            op: {enum: [AND, OR, NOT]}
            conditions: {type: array, maxItems: 256, items: {$ref: '#/components/schemas/ConditionInput'}}
        - type: object
          required: [fact, operator]
          additionalProperties: false
          properties:
            fact: {$ref: '#/components/schemas/Action'}
            operator: {enum: [seen, not_seen, not seen]}
            value: {type: 'null'}
        - type: object
          required: [fact, operator, value]
          additionalProperties: false
          properties:
            fact: {$ref: '#/components/schemas/Action'}
            operator: {enum: [count_gte, count_lte, count_gt, count_lt, count_eq]}
            value: {type: integer, minimum: 0, maximum: 999999999999999999}
        - type: object
          required: [fact, operator, value]
          additionalProperties: false
          properties:
            fact: {$ref: '#/components/schemas/Action'}
            operator: {const: match}
            value: {oneOf: [{$ref: '#/components/schemas/Number'}, {type: [string, boolean]}]}
        - type: object
          required: [fact, operator, value]
          additionalProperties: false
          properties:
            fact: {$ref: '#/components/schemas/Action'}
            operator:
              enum: [gte, lte, gt, lt, not_gte, not_lte, not_gt, not_lt, not gte, not lte, not gt, not lt]
            value: {$ref: '#/components/schemas/Number'}
    Contract:
      type: object
      required: [settlement_period, condition, attribution_method]
      additionalProperties: false
      properties:
        settlement_period: {type: integer}
        condition: {$ref: '#/components/schemas/Condition'}
        attribution_method: {$ref: '#/components/schemas/AttributionMethod'}
        unit: {type: string}
    AgentInput:
      type: object
      required: [name, contract]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        contract: {$ref: '#/components/schemas/ContractInput'}
    CustomerInput:
      type: object
      required: [name]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        rate_card_key:
          description: Has to exist.
          oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]
    RateCardInput:
      type: object
      required: [name, currency]
      additionalProperties: false
      properties:
        name: {$ref: '#/components/schemas/Name'}
        currency: {$ref: '#/components/schemas/Currency'}
        entries:
          type: [array, 'null']
          items:
            type: object
            required: [agent_key, price_per_unit]
            additionalProperties: false
            properties:
              agent_key:
                description: Has to exist; each agent at most once.
                allOf: [{$ref: '#/components/schemas/Slug'}]
              price_per_unit:
                description: |
                  An exact decimal >= 0, as a number or as a string of the same form. At most 18 digits before and after the
                  point and 34 in all; zeros at either end do not count.
                oneOf:
                  - {type: number, minimum: 0, exclusiveMaximum: 1000000000000000000}
                  - type: string
                    pattern: '^(-?0(\.0+)?|(0|[1-9][0-9]*)(\.[0-9]+)?)([eE][+-]?[0-9]+)?$'
    ContractVersion:
      type: object
      required: [version, contract, contract_hash, catalog_version, created_at, created_by]
      additionalProperties: false
      properties:
        version: {type: integer, minimum: 1}
        contract: {$ref: '#/components/schemas/Contract'}
        contract_hash: {$ref: '#/components/schemas/Digest'}
        catalog_version: {type: integer, minimum: 1}
        created_at: {$ref: '#/components/schemas/Instant'}
        created_by: {type: string}
    Agent:
      type: object
      required: [key, name, contract, contract_version, contract_hash, archived, created_at, updated_at, updated_by, catalog_version]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/Slug'}
        name: {type: string}
        contract: {$ref: '#/components/schemas/Contract'}
        contract_version: {type: integer, minimum: 1}
        contract_hash: {$ref: '#/components/schemas/Digest'}
        archived: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        updated_at: {$ref: '#/components/schemas/Instant'}
        updated_by: {type: string}
        catalog_version: {type: integer, minimum: 1}
    AgentChanged:
      type: object
      required: [key, name, contract, contract_version, contract_hash, archived, created_at, updated_at, updated_by, catalog_version, position]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/Slug'}
        name: {type: string}
        contract: {$ref: '#/components/schemas/Contract'}
        contract_version: {type: integer, minimum: 1}
        contract_hash: {$ref: '#/components/schemas/Digest'}
        archived: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        updated_at: {$ref: '#/components/schemas/Instant'}
        updated_by: {type: string}
        catalog_version: {type: integer, minimum: 1}
        position: {$ref: '#/components/schemas/Position'}
    Customer:
      type: object
      required: [key, name, rate_card_key, archived, created_at, updated_at, updated_by, catalog_version]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/CustomerKey'}
        name: {type: string}
        rate_card_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
        archived: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        updated_at: {$ref: '#/components/schemas/Instant'}
        updated_by: {type: string}
        catalog_version: {type: integer, minimum: 1}
    CustomerChanged:
      type: object
      required: [key, name, rate_card_key, archived, created_at, updated_at, updated_by, catalog_version, position]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/CustomerKey'}
        name: {type: string}
        rate_card_key: {oneOf: [{$ref: '#/components/schemas/Slug'}, {type: 'null'}]}
        archived: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        updated_at: {$ref: '#/components/schemas/Instant'}
        updated_by: {type: string}
        catalog_version: {type: integer, minimum: 1}
        position: {$ref: '#/components/schemas/Position'}
    RateCard:
      type: object
      required: [key, name, currency, entries, version, archived, created_at, updated_at, updated_by, catalog_version]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/Slug'}
        name: {type: string}
        currency: {$ref: '#/components/schemas/Currency'}
        entries:
          type: array
          items:
            type: object
            required: [agent_key, price_per_unit]
            additionalProperties: false
            properties:
              agent_key: {$ref: '#/components/schemas/Slug'}
              price_per_unit: {$ref: '#/components/schemas/Decimal'}
        version: {type: integer, minimum: 1}
        archived: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        updated_at: {$ref: '#/components/schemas/Instant'}
        updated_by: {type: string}
        catalog_version: {type: integer, minimum: 1}
    RateCardChanged:
      type: object
      required: [key, name, currency, entries, version, archived, created_at, updated_at, updated_by, catalog_version, position]
      additionalProperties: false
      properties:
        key: {$ref: '#/components/schemas/Slug'}
        name: {type: string}
        currency: {$ref: '#/components/schemas/Currency'}
        entries:
          type: array
          items:
            type: object
            required: [agent_key, price_per_unit]
            additionalProperties: false
            properties:
              agent_key: {$ref: '#/components/schemas/Slug'}
              price_per_unit: {$ref: '#/components/schemas/Decimal'}
        version: {type: integer, minimum: 1}
        archived: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        updated_at: {$ref: '#/components/schemas/Instant'}
        updated_by: {type: string}
        catalog_version: {type: integer, minimum: 1}
        position: {$ref: '#/components/schemas/Position'}
    Token:
      type: object
      required: [id, name, prefix, scopes, revoked, created_at, created_by]
      additionalProperties: false
      properties:
        id: {$ref: '#/components/schemas/TokenID'}
        name: {type: [string, 'null']}
        prefix: {type: string}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}}
        revoked: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        created_by: {type: string}
    TokenChanged:
      type: object
      required: [id, name, prefix, scopes, revoked, created_at, created_by, position]
      additionalProperties: false
      properties:
        id: {$ref: '#/components/schemas/TokenID'}
        name: {type: [string, 'null']}
        prefix: {type: string}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}}
        revoked: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        created_by: {type: string}
        position: {$ref: '#/components/schemas/Position'}
    TokenCreated:
      type: object
      required: [id, name, prefix, scopes, revoked, created_at, created_by, token, position]
      additionalProperties: false
      properties:
        id: {$ref: '#/components/schemas/TokenID'}
        name: {type: [string, 'null']}
        prefix: {type: string}
        scopes: {type: array, items: {$ref: '#/components/schemas/Scope'}}
        revoked: {type: boolean}
        created_at: {$ref: '#/components/schemas/Instant'}
        created_by: {type: string}
        token: {type: string, description: The secret; shown here only.}
        position: {$ref: '#/components/schemas/Position'}
    Readiness:
      type: object
      required: [status, reasons]
      additionalProperties: false
      properties:
        status: {enum: [ready, not_ready]}
        reasons: {type: array, items: {type: string}}

"""##
}
