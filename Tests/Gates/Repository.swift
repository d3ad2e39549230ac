import Foundation

/// One text file of the tree.
struct SourceFile: Sendable {
    /// Path from the package root.
    let path: String
    let text: String

    var name: String { (path as NSString).lastPathComponent }
    var suffix: String { (path as NSString).pathExtension }
    var lines: [String] { text.components(separatedBy: "\n") }
    /// The module of a file in Sources, the suite of one in Tests.
    var room: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }
}

/// The tree as a reader of a fresh clone sees it.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What builds leave behind, as .gitignore has it.
    static let leftBehind: Set<String> = ["Package.resolved", "out", "__pycache__"]

    /// The names at the top, without those that start with a dot.
    static func topLevel() throws -> Set<String> {
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path)
        return Set(names.filter { !$0.hasPrefix(".") }).subtracting(leftBehind)
    }

    /// Every text file of the tree.
    static func files() throws -> [SourceFile] {
        var paths = [".ci/run", ".gitignore", ".swift-format"]
        for name in try topLevel() {
            paths.append(name)
            let folder = FileManager.default.enumerator(atPath: root.appendingPathComponent(name).path)
            while let path = folder?.nextObject() as? String { paths.append(name + "/" + path) }
        }
        return paths.sorted().compactMap { path in
            guard !path.split(separator: "/").contains(where: { leftBehind.contains(String($0)) }) else { return nil }
            // A folder or a binary file is no text.
            guard let text = try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8) else {
                return nil
            }
            return SourceFile(path: path, text: text)
        }
    }

    /// The Swift files of the named modules.
    static func sources(of modules: Set<String>) throws -> [SourceFile] {
        try files().filter { $0.path.hasPrefix("Sources/") && $0.suffix == "swift" && modules.contains($0.room) }
    }
}

/// Findings as one text: what a failing gate prints.
func report(_ findings: [String]) -> String { "\n" + findings.joined(separator: "\n") }

/// "path:line: what" for every match of a regular expression.
func matches(_ pattern: String, in text: String, path: String, saying what: String) -> [String] {
    guard let expression = try? NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines]) else {
        return ["\(path): the pattern \(pattern) is not a regular expression"]
    }
    let whole = text as NSString
    return expression.matches(in: text, range: NSRange(location: 0, length: whole.length)).map { match in
        let line = whole.substring(to: match.range.location).components(separatedBy: "\n").count
        return "\(path):\(line): \(what): \(whole.substring(with: match.range))"
    }
}
