import Foundation

@testable import stim

/// The board files of this tree.
enum BoardFiles {
    /// A file below Boards, as text.
    static func text(_ path: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(
            contentsOf: root.appendingPathComponent("Boards").appendingPathComponent(path), encoding: .utf8)
    }

    /// What the check says of a board's file after a change of its text, "LINE: message"; the text must have what is replaced.
    static func mistakes(_ old: String, _ new: String, in board: String = "rpi4") throws -> [String] {
        let text = try text("\(board)/board.toml")
        guard text.components(separatedBy: old).count == 2 else { return ["the file has not one \(old)"] }
        return BoardCheck(text.replacingOccurrences(of: old, with: new)).mistakes.map(\.message)
    }
}
