@main enum Stimd {
    static func main() {}
}
