import StimulatorCore

/// What the manual says of a header.
struct SCPIEntry {
    /// Long forms with the short form in capitals; brackets may be left out, `#` is the number 1 or 2.
    var pattern: StaticString
    var forms: SCPIHeader.Forms
    /// The parameters of the command; empty where it takes none.
    var parameters: StaticString
    var summary: StaticString

    init(_ pattern: StaticString, _ forms: SCPIHeader.Forms, _ parameters: StaticString, _ summary: StaticString) {
        self.pattern = pattern
        self.forms = forms
        self.parameters = parameters
        self.summary = summary
    }

    init(_ pattern: StaticString, _ forms: SCPIHeader.Forms, _ summary: StaticString) {
        self.init(pattern, forms, "", summary)
    }
}

/// The one tree of headers: the parser, `SYSTem:HELP` and the manual read it.
extension SCPIHeader {
    var entry: SCPIEntry {
        switch self {
        case .cls, .ese, .esr, .idn, .opc, .rst, .sre, .stb, .trg, .tst, .wai: commonEntry
        case .operation, .operationCondition, .operationEnable, .operationPositive, .operationNegative, .questionable,
            .questionableCondition, .questionableEnable, .questionablePositive, .questionableNegative, .statusPreset:
            statusEntry
        case .error, .errorAll, .errorCount, .version, .helpHeaders, .helpSyntax, .board, .state, .key, .posture,
            .journal, .lease, .leaseRenew, .trips, .tripClear:
            systemEntry
        case .measureVoltage, .measureVoltageAge, .measureVoltageQuality, .measureVoltageData, .measureTemperature,
            .measureTemperatureAge, .measureTemperatureQuality, .measureTemperatureData, .measureEnergy,
            .measureEnergyBacklog, .measurePulses, .fetchTrain, .limit, .limitCatalog:
            measureEntry
        case .intensity, .voltage, .pattern, .patternSingle, .patternTrain, .patternTheta, .patternITBS, .patternCTBS,
            .patternQPS, .patternPaired, .patternCheck, .patternProgress:
            sourceEntry
        case .arm, .disarm, .initiate, .abort, .stop, .simulationInput, .simulationFault: actingEntry
        }
    }

    private var commonEntry: SCPIEntry {
        switch self {
        case .cls: SCPIEntry("*CLS", .command, "clears the event registers and the error queue")
        case .ese: SCPIEntry("*ESE", .both, "<0 to 255>", "enables bits of the standard event status")
        case .esr: SCPIEntry("*ESR", .query, "reads and clears the standard event status")
        case .idn: SCPIEntry("*IDN", .query, "maker, board, hash of the board file, version of the console")
        case .opc: SCPIEntry("*OPC", .both, "sets bit 0 of the event status once nothing is pending; the query waits")
        case .rst: SCPIEntry("*RST", .command, "disarms, and sets what a new session has")
        case .sre: SCPIEntry("*SRE", .both, "<0 to 255>", "enables bits of the status byte")
        case .stb: SCPIEntry("*STB", .query, "the status byte")
        case .trg: SCPIEntry("*TRG", .command, "gives the pattern that is set; -211 where the board cannot")
        case .tst: SCPIEntry("*TST", .query, "runs the self-test; 0 passed, 1 did not, or could not begin")
        default: SCPIEntry("*WAI", .command, "what follows waits until nothing is pending")
        }
    }

    private var statusEntry: SCPIEntry {
        switch self {
        case .operation: SCPIEntry("STATus:OPERation[:EVENt]", .query, "reads and clears the operation event")
        case .operationCondition: SCPIEntry("STATus:OPERation:CONDition", .query, "what the board is doing")
        case .operationEnable: SCPIEntry("STATus:OPERation:ENABle", .both, "<0 to 32767>", "bits that count for *STB?")
        case .operationPositive:
            SCPIEntry("STATus:OPERation:PTRansition", .both, "<0 to 32767>", "bits whose rise is an event")
        case .operationNegative:
            SCPIEntry("STATus:OPERation:NTRansition", .both, "<0 to 32767>", "bits whose fall is an event")
        case .questionable: SCPIEntry("STATus:QUEStionable[:EVENt]", .query, "reads and clears the questionable event")
        case .questionableCondition: SCPIEntry("STATus:QUEStionable:CONDition", .query, "what cannot be relied on")
        case .questionableEnable:
            SCPIEntry("STATus:QUEStionable:ENABle", .both, "<0 to 32767>", "bits that count for *STB?")
        case .questionablePositive:
            SCPIEntry("STATus:QUEStionable:PTRansition", .both, "<0 to 32767>", "bits whose rise is an event")
        case .questionableNegative:
            SCPIEntry("STATus:QUEStionable:NTRansition", .both, "<0 to 32767>", "bits whose fall is an event")
        default: SCPIEntry("STATus:PRESet", .command, "enables nothing, every rise is an event")
        }
    }

    private var systemEntry: SCPIEntry {
        switch self {
        case .error: SCPIEntry("SYSTem:ERRor[:NEXT]", .query, "the oldest error, and takes it away")
        case .errorAll: SCPIEntry("SYSTem:ERRor:ALL", .query, "every error, oldest first, and takes them away")
        case .errorCount: SCPIEntry("SYSTem:ERRor:COUNt", .query, "how many errors wait")
        case .version: SCPIEntry("SYSTem:VERSion", .query, "the version of SCPI, 1999.0")
        case .helpHeaders: SCPIEntry("SYSTem:HELP:HEADers", .query, "every header, as strings")
        case .helpSyntax: SCPIEntry("SYSTem:HELP:SYNTax", .query, "\"<header>\"", "what a header takes and does")
        case .board: SCPIEntry("SYSTem:BOARd", .query, "name and hash of the board")
        case .state: SCPIEntry("SYSTem:STATe", .query, "the state of the board, a word")
        case .key: SCPIEntry("SYSTem:KEY", .query, "1 with the key switch on")
        case .posture: SCPIEntry("SYSTem:POSTure", .query, "how many guarantees of the machine are missing, and which")
        case .journal: SCPIEntry("SYSTem:JOURnal", .query, "1 where the journal can be written, and its head")
        case .lease: SCPIEntry("SYSTem:LEASe", .query, "seconds left until the board disarms by itself")
        case .leaseRenew:
            SCPIEntry("SYSTem:LEASe:RENew", .command, "takes the lease over: from now on once a second, or it disarms")
        case .trips: SCPIEntry("SYSTem:TRIP[:CATalog]", .query, "how many trips hold, and which, the first one first")
        default:
            SCPIEntry("SYSTem:TRIP:CLEar", .command, "[\"<trip>\"]", "acknowledges a trip, or all; wants a key edge")
        }
    }

    private var sourceEntry: SCPIEntry {
        switch self {
        case .intensity:
            SCPIEntry(
                "[SOURce:]INTensity[:LEVel]", .both, "<number>[PCT]|MINimum|MAXimum|DEFault",
                "intensity of the next pattern, per cent of maximum output")
        case .voltage:
            SCPIEntry(
                "[SOURce:]VOLTage[:LEVel]", .both, "<number>[V]|MINimum|MAXimum|DEFault",
                "the same as the voltage of the capacitor, rounded down to a tenth of a per cent")
        case .pattern:
            SCPIEntry(
                "[SOURce:]PATTern[:LEVels]", .both, "<count>,<interval>[,<count>,<interval>]...",
                "up to four nested levels, innermost first: items, and seconds from start to start")
        case .patternSingle: SCPIEntry("[SOURce:]PATTern:SINGle", .command, "one pulse")
        case .patternTrain:
            SCPIEntry(
                "[SOURce:]PATTern:TRAin", .command, "<rate>[HZ],<pulses>[,<repeats>,<every>[S]]",
                "a train, once or repeated")
        case .patternTheta:
            SCPIEntry(
                "[SOURce:]PATTern:THETa", .command, "<bursts>[,<trains>]", "bursts of 3 pulses 20 ms apart every 200 ms"
            )
        case .patternITBS:
            SCPIEntry("[SOURce:]PATTern:ITBS", .command, "[<trains>]", "intermittent theta burst, 20 trains")
        case .patternCTBS:
            SCPIEntry("[SOURce:]PATTern:CTBS", .command, "[<bursts>]", "continuous theta burst, 200 bursts")
        case .patternQPS:
            SCPIEntry(
                "[SOURce:]PATTern:QPS", .command, "<interval>[S][,<bursts>]", "bursts of 4 pulses every 5 s, 360 bursts"
            )
        case .patternPaired:
            SCPIEntry(
                "[SOURce:]PATTern:PAIRed", .command, "<interval>[S][,<repeats>,<every>[S]]",
                "two pulses, once or repeated")
        case .patternCheck:
            SCPIEntry(
                "[SOURce:]PATTern:CHECk", .query,
                "1 admitted or 2 wants an override,pulses,duration,energy,hottest coil,wait; or 0 and an error")
        default:
            SCPIEntry("[SOURce:]PATTern:PROGress", .query, "total, delivered, omitted of the running pattern, or 0,0,0")
        }
    }

    private var actingEntry: SCPIEntry {
        switch self {
        case .arm: SCPIEntry("ARM[:IMMediate]", .command, "checks the board, charges, holds; *OPC? waits for that")
        case .disarm: SCPIEntry("DISarm", .command, "ends everything and discharges; *OPC? waits for that")
        case .initiate: SCPIEntry("INITiate[:IMMediate]", .command, "gives the pattern that is set")
        case .abort: SCPIEntry("ABORt", .command, "ends the running pattern and stays armed")
        case .stop: SCPIEntry("STOP", .command, "stops everything; byte 0x18 does the same from anywhere")
        case .simulationInput:
            SCPIEntry("SIMulation:INPut", .command, "\"<input>\",ON|OFF", "moves a hand on the simulated board")
        default:
            SCPIEntry(
                "SIMulation:FAULt", .command, "\"<component>\",\"<mode>\"[,<time>[S]]",
                "makes a part of the simulated board fail")
        }
    }

    private var measureEntry: SCPIEntry {
        switch self {
        case .measureVoltage: SCPIEntry("MEASure[:SCALar]:VOLTage[:DC]", .query, "capacitor, V; 9.91E37 if old")
        case .measureVoltageAge: SCPIEntry("MEASure[:SCALar]:VOLTage[:DC]:AGE", .query, "age of the reading, s")
        case .measureVoltageQuality:
            SCPIEntry("MEASure[:SCALar]:VOLTage[:DC]:QUALity", .query, "GOOD, STALE, IMPLAUSIBLE, FAILED or NONE")
        case .measureVoltageData:
            SCPIEntry("MEASure[:SCALar]:VOLTage[:DC]:DATA", .query, "value, quality and age, whatever the quality")
        case .measureTemperature:
            SCPIEntry("MEASure[:SCALar]:TEMPerature#", .query, "coil sensor 1 or 2, C; 9.91E37 if old")
        case .measureTemperatureAge:
            SCPIEntry("MEASure[:SCALar]:TEMPerature#:AGE", .query, "age of the reading, s")
        case .measureTemperatureQuality:
            SCPIEntry("MEASure[:SCALar]:TEMPerature#:QUALity", .query, "GOOD, STALE, IMPLAUSIBLE, FAILED or NONE")
        case .measureTemperatureData:
            SCPIEntry("MEASure[:SCALar]:TEMPerature#:DATA", .query, "value, quality and age, whatever the quality")
        case .measureEnergy: SCPIEntry("MEASure[:SCALar]:ENERgy", .query, "stored energy of a minute's pulses, J")
        case .measureEnergyBacklog:
            SCPIEntry("MEASure[:SCALar]:ENERgy:BACKlog", .query, "energy to be given off before the next train, J")
        case .measurePulses: SCPIEntry("MEASure[:SCALar]:PULSes", .query, "pulses of the session")
        case .fetchTrain:
            SCPIEntry(
                "FETCh:TRAin", .query,
                "the last pattern: outcome,total,delivered,omitted,interval,spread,before,after,coil,energy,duration")
        case .limit:
            SCPIEntry("LIMit", .query, "<1 to 21>", "a limit: name, value, ceiling in code or 9.91E37, unit")
        default: SCPIEntry("LIMit:CATalog", .query, "the names of the limits, in the order of their numbers")
        }
    }
}
