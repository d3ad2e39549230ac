/// Replaces comments and the contents of string literals by spaces, in place. Interpolations are blanked with their literal.
struct Blanker {
    var bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() {
        while index < bytes.count {
            if starts(with: "//") {
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { blank() }
            } else if starts(with: "/*") {
                blockComment()
            } else if let pounds = literalOpening() {
                literal(pounds: pounds)
            } else {
                index += 1
            }
        }
    }

    private func starts(with text: String, at offset: Int = 0) -> Bool {
        bytes.dropFirst(index + offset).starts(with: text.utf8)
    }

    /// Blanks one byte; line ends stay.
    private mutating func blank(_ count: Int = 1) {
        for _ in 0..<count where index < bytes.count {
            if bytes[index] != UInt8(ascii: "\n") { bytes[index] = UInt8(ascii: " ") }
            index += 1
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts(with: "/*") {
                depth += 1
                blank(2)
            } else if starts(with: "*/") {
                depth -= 1
                blank(2)
            } else {
                blank()
            }
        } while depth > 0 && index < bytes.count
    }

    /// The number of # before a quote that opens a literal here; nil where none opens.
    private func literalOpening() -> Int? {
        var pounds = 0
        while index + pounds < bytes.count, bytes[index + pounds] == UInt8(ascii: "#") { pounds += 1 }
        return starts(with: "\"", at: pounds) ? pounds : nil
    }

    private mutating func literal(pounds: Int) {
        index += pounds
        let quotes = starts(with: "\"\"\"") ? "\"\"\"" : "\""
        let closing = quotes + String(repeating: "#", count: pounds)
        let escape = "\\" + String(repeating: "#", count: pounds)
        index += quotes.utf8.count
        while index < bytes.count, !starts(with: closing) {
            if starts(with: escape + "(") {
                interpolation(opening: escape.utf8.count + 1)
            } else if starts(with: escape) {
                blank(escape.utf8.count + 1)
            } else if quotes.utf8.count == 1, bytes[index] == UInt8(ascii: "\n") {
                return
            } else {
                blank()
            }
        }
        index = min(index + closing.utf8.count, bytes.count)
    }

    private mutating func interpolation(opening: Int) {
        blank(opening)
        var depth = 1
        while index < bytes.count, depth > 0 {
            if let pounds = literalOpening() {
                let start = index
                literal(pounds: pounds)
                for inner in start..<index where bytes[inner] != UInt8(ascii: "\n") { bytes[inner] = UInt8(ascii: " ") }
                continue
            }
            if bytes[index] == UInt8(ascii: "(") { depth += 1 }
            if bytes[index] == UInt8(ascii: ")") { depth -= 1 }
            blank()
        }
    }
}
