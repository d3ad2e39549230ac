import StimulatorCore

/// Which role the session has. The PIN for a higher one stands on a line of its own, which is not echoed, kept or repeated.
extension ShellSession {
    mutating func perform(role: Role?) {
        guard let role, role != authority.role else { return accept(.role) }
        if role <= max(authority.role, authority.freeRole) { return ask(.role(role, nil), as: .role) }
        guard authority.hasPin(for: role) else {
            return refuse(Denial(Refusal(.role, detail: role.rawValue)), as: .role)
        }
        count(nil)
        pinRole = role
        if mode == .json {
            output.openReply(.role)
            output.field("role", authority.role.name)
            output.field("wants", "pin")
            output.endObjectLine()
        } else if !isInteractive {
            output.put("the PIN for ")
            output.put(role.name)
            output.put(" on the next line:")
            output.endLine()
        }
    }

    /// Takes the line as a PIN, or the words of a request; an empty one asks for nothing.
    mutating func submitPin(for role: Role) {
        var line = editor.line
        endPin()
        if JSONRequest.isMeant(line) {
            do throws(JSONFault) {
                let request = try JSONRequest(line)
                output.replyID = request.id
                line = request.words
            } catch {
                // What cannot be read is no PIN either.
                output.replyID = error.id
            }
        }
        defer { output.replyID = RequestID() }
        guard !line.isEmpty else { return accept(.role) }
        // What no PIN can be is wrong, as any other that does not fit.
        ask(.role(role, Pin(line) ?? Pin()), as: .role)
    }

    /// Nobody types a PIN any more; what was typed of it is overwritten.
    mutating func endPin() {
        pinRole = nil
        editor.wipe()
    }

    /// The answer to a request for another role; nil for yes.
    public mutating func roleAnswered(_ refusal: Refusal?) { answer(.role, refusal) }

    /// The answer to what the console side grants or not: the command line gets its reply.
    mutating func answer(_ name: CommandName, _ refusal: Refusal?) {
        guard let entry = pending.takeFirst(where: { $0.name == name }) else { return }
        if let refusal {
            refuse(Denial(refusal), entry: entry)
        } else {
            openLines()
            reply(to: entry) { $0.accept(entry.name) }
        }
        refreshInput()
    }
}

extension LineOutput {
    mutating func whyRole(_ refusal: Refusal, _ denial: Denial) {
        let wanted = Role(rawValue: refusal.detail) ?? .engineer
        if denial.name == .role {
            put(denial.authority.hasPin(for: wanted) ? "this is not the PIN for " : "no PIN is set for ")
            return put(wanted.name)
        }
        put("this channel is ")
        put(denial.authority.role.name)
        put(", it wants ")
        put(wanted.name)
    }

    mutating func wayToRole(_ refusal: Refusal, _ denial: Denial) {
        let wanted = Role(rawValue: refusal.detail) ?? .engineer
        if denial.name != .role {
            put("`role ")
            put(wanted.name)
            put("`, then the same again")
        } else if denial.authority.hasPin(for: wanted) {
            put("the right one")
            guard refusal.wouldAdmit > 0 else { return }
            put(", in ")
            put(refusal.wouldAdmit, in: refusal.unit)
        } else {
            put("a start with a file of PINs that `stim pin` made")
        }
    }
}
