import StimulatorCore

/// A plan whose steps the session gives one after the other.
///
///     start ──▶ giving ── trainFinished complete ──▶ pausing ── due ──▶ giving ... ── the last one ──▶ over
///                  └── refused, aborted, tripped, stopped, line down, no longer armed ──▶ over
struct StepRun: BitwiseCopyable, Hashable {
    let plan: PulsePlan
    /// Steps that were begun.
    var begun: UInt32 = 1
    /// When the next step is due; nil while one is given.
    var due: Instant?
    /// The token of the start that has not been answered; 0 when all are.
    var token: UInt32
    /// Pulses given in the steps that are over.
    var delivered: UInt32 = 0
}

extension ShellSession {
    /// A pattern runs, or steps do: what a person leaves alone on purpose.
    var isGiving: Bool { patternRuns || steps != nil }

    /// Ends the steps and says so, once.
    mutating func endSteps(_ why: StaticString) {
        guard let run = steps else { return }
        steps = nil
        guard mode == .human else {
            output.openObject()
            output.field("event", "stepsEnded")
            output.field("why", why)
            output.field("begun", run.begun)
            output.field("steps", run.plan.stepCount)
            output.field("delivered", run.delivered)
            output.endObjectLine()
            return
        }
        openLines()
        output.put("steps ")
        output.put(why)
        output.put(": ")
        output.put(Int64(run.begun))
        output.put(" of ")
        output.put(Int64(run.plan.stepCount))
        output.put(" begun, ")
        output.put(Int64(run.delivered), in: .pulses)
        output.put(" delivered")
        output.endLine()
    }

    /// Gives the step that is due.
    mutating func runSteps() {
        guard var run = steps, let due = run.due, now >= due else { return }
        guard snapshot.state.isArmed else { return endSteps("ended, the board is not armed") }
        guard authority.holdsControl else { return endSteps("ended, control is another's") }
        guard !outbox.isFull else { return endSteps("ended, too many commands wait") }
        let pattern = run.plan.pattern(of: run.begun)
        do throws(Refusal) {
            // What the board has seen meanwhile may forbid what was admitted at the start.
            _ = try Admission.forecast(pattern, board: board, snapshot: snapshot)
        } catch {
            endSteps("ended, refused")
            return refuse(denial(error, of: PulsePlan(pattern)), as: .start)
        }
        run.token = nextToken()
        run.begun += 1
        run.due = nil
        steps = run
        outbox.add(TokenedCommand(token: run.token, .start(pattern)))
    }

    /// The answer to a step's start. The first one's is the command line's too.
    mutating func settleStep(_ event: Event) {
        guard let run = steps, run.token != 0, run.token == event.index else { return }
        guard event.refusal != nil else {
            steps?.token = 0
            return
        }
        endSteps("ended, refused")
        if run.begun > 1, let refusal = event.refusal { refuse(Denial(refusal), as: .start) }
    }

    /// A step's pattern is over: the pause begins, in which the capacitor already goes to the next intensity.
    mutating func finishStep(_ event: Event) {
        guard var run = steps else { return }
        run.delivered += event.index
        steps = run
        guard event.detail == TrainEnding.complete.rawValue else { return endSteps("ended") }
        guard run.begun < run.plan.stepCount, let pauses = run.plan.steps else { return endSteps("complete") }
        run.due = event.at + pauses.wait(after: run.begun - 1)
        steps = run
        if !outbox.isFull {
            let next = run.plan.pattern(of: run.begun).intensity(of: 0)
            outbox.add(TokenedCommand(token: 0, .intensity(next)))
        }
    }

    /// When the next step is due.
    var nextStep: Instant { steps?.due ?? .distantFuture }
}

extension LineOutput {
    mutating func stepsStarted(_ run: StepRun) {
        put(Int64(run.plan.stepCount))
        put(" steps, ")
        put(Int64(run.plan.pulseCount), in: .pulses)
        put(" in ")
        put(run.plan.duration)
        put(" or more, seed ")
        put(run.plan.steps?.seed ?? 0)
    }

    /// What became of one step.
    mutating func stepLine(_ run: StepRun, _ report: TrainReport) {
        put("step ")
        put(Int64(run.begun))
        put(" of ")
        put(Int64(run.plan.stepCount))
        put(" at ")
        put(run.plan.pattern(of: run.begun - 1).intensity)
        put(": ")
        put(Int64(report.delivered))
        put(" of ")
        put(Int64(report.total))
        put(" delivered")
        endLine()
    }
}
