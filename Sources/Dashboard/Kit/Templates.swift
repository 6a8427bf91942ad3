// SPDX-License-Identifier: Apache-2.0

import Mustache

/// The templates of the pages: `Web/templates`, each named by its file.
struct Templates: Sendable {
    private static let folder = "templates/"
    private static let suffix = ".mustache"

    private let library: MustacheLibrary

    /// Reads all templates, once.
    ///
    /// - Throws: What the parser says of one that is not well formed.
    init(files: [String: String] = EmbeddedFiles.texts) throws {
        MustacheContentTypes.register(ScalarHTML(), named: ScalarHTML.name)
        var library = MustacheLibrary()
        for (name, text) in files where name.hasPrefix(Self.folder) && name.hasSuffix(Self.suffix) {
            let plain = name.dropFirst(Self.folder.count).dropLast(Self.suffix.count)
            try library.register(ScalarHTML.pragma + text, named: String(plain))
        }
        self.library = library
    }

    /// Renders a model; nil when there is no such template.
    func render(_ model: any PageModel) -> [UInt8]? {
        library.render(ModelValues.of(model), withTemplate: model.template).map { Array($0.utf8) }
    }
}

/// What a page shows: made in Swift, rendered by its template and by nothing else (`ModelValues`).
protocol PageModel: Sendable {
    /// The template's file name without its suffix.
    var template: String { get }
    /// What surrounds each page.
    var shell: Shell { get }
    /// The status of the answer.
    var status: Int { get }
}

extension PageModel {
    var status: Int { 200 }
}
