// SPDX-License-Identifier: Apache-2.0

/// The OpenAPI document, `docs/openapi.yaml`, in the binary.
package enum OpenAPIDocument {
    /// The document.
    package static let text = EmbeddedFiles.texts["openapi.yaml"] ?? ""
    static let bytes = Array(text.utf8)
}
