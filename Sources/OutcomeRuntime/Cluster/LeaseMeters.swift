// SPDX-License-Identifier: Apache-2.0

import Metrics

/// What a node tells about its part in the cluster.
struct LeaseMeters: Sendable {
    let owned = Gauge(label: "assay_partitions_owned")
    let claims = Counter(label: "assay_lease_claims_total")
    let renewal = Timer(label: "assay_lease_renewal_seconds")
    let clockOffset = Gauge(label: "assay_clock_offset_seconds")
}
