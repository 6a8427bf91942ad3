-- SPDX-License-Identifier: Apache-2.0
-- One event per POST, for wrk. Every request has a key of its own, or the next signal of one.
--   wrk ... -s single.lua http://HOST:PORT/v1/events -- SHAPE TOKEN PREFIX WITH_IDEMPOTENCY_KEYS
-- SHAPE: `open` (each event opens an outcome) or `conversation` (three signals an outcome, each of
-- them so many outcomes after the one before that it cannot overtake it).
-- Requests are put together from pieces made at the start, all of one length for each signal.

local LAG_OUTCOMES = 512
local CUSTOMERS = 10

-- Numbers are scattered, not counted up, so that keys arrive in no order an index could profit from.
-- The multiplier has no factor in common with the range, so no number comes twice, and their product
-- is exact in a double.
local SCATTER = 7368787
local NUMBERS = 1e9

local actions = {
    { "message_received", '"properties":{"channel":"email"}' },
    { "agent_replied", '"properties":{"channel":"email"}' },
    { "csat_received", '"properties":{"channel":"email","value":4}' },
}

local threads = 0

function setup(thread)
    thread:set("thread_number", threads)
    threads = threads + 1
end

-- The text before, between and after the places where a request's number goes.
local function pieces(signal, token, with_idempotency_keys)
    local action, properties = actions[signal][1], actions[signal][2]
    local start = '{"key":"bench:'
    local middle = '","action":"' .. action .. '","agent_key":"support","customer_key":"customer-'
    local idempotency = with_idempotency_keys and '","idempotency_key":"' .. action .. "-" or nil
    local finish = '",' .. properties .. "}"
    local length = #start + number_length + #middle + 1 + #finish
    if idempotency then length = length + #idempotency + number_length end
    local head = "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " .. token
        .. "\r\nContent-Type: application/json\r\nContent-Length: " .. length .. "\r\n\r\n"
    return { head .. start, middle, idempotency, finish }
end

function init(args)
    shape = args[1]
    prefix = string.format("%s%02d", args[3], thread_number)
    number_length = #prefix + 9
    parts = {}
    for signal = 1, 3 do
        parts[signal] = pieces(signal, args[2], args[4] == "true")
    end
    turn = 0
    sent = { 0, 0, 0 }
end

local function text(signal, outcome)
    local part = parts[signal]
    local number = string.format("%s%09d", prefix, outcome * SCATTER % NUMBERS)
    local customer = outcome % CUSTOMERS
    if part[3] then
        return part[1] .. number .. part[2] .. customer .. part[3] .. number .. part[4]
    end
    return part[1] .. number .. part[2] .. customer .. part[4]
end

function request()
    local signal = 2
    if shape == "conversation" then
        turn = turn + 1
        signal = turn % 3 + 1
        while signal > 1 and sent[signal] + LAG_OUTCOMES > sent[signal - 1] do
            signal = signal - 1
        end
    end
    local outcome = sent[signal]
    sent[signal] = outcome + 1
    return text(signal, outcome)
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\nRESULT {"requests":%d,"seconds":%.6f,"refused":%d,"failed":%d,"timeouts":%d,'
            .. '"p50_ms":%.3f,"p99_ms":%.3f,"p999_ms":%.3f,"max_ms":%.3f}\n',
        summary.requests, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write, errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        latency:percentile(99.9) / 1e3, latency.max / 1e3))
end
