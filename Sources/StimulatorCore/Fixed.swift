/// A fixed number of elements stored in place: what `InlineArray` is, and also comparable, hashable and copyable bit by bit.
///
/// Every stored array of the core is one of these, so that the kernel stays a value that can be compared and replayed.
public struct Fixed<let count: Int, Element: BitwiseCopyable>: BitwiseCopyable {
    @usableFromInline var storage: InlineArray<count, Element>

    @inlinable public init(repeating element: Element) { storage = InlineArray(repeating: element) }

    /// Made of an array's literal of `count` elements. What is built of constants is built so: where such a value stands in an array's
    /// literal, optimised Swift 6.3 loses what is changed after `init(repeating:)`.
    @inlinable public init(_ elements: InlineArray<count, Element>) { storage = elements }

    /// The element at `index`, 0 ..< count; anything else is a programmer's error.
    @inlinable public subscript(index: Int) -> Element {
        _read { yield storage[index] }
        set { storage[index] = newValue }
    }
}

extension Fixed: Sendable where Element: Sendable {}

extension Fixed: Equatable where Element: Equatable {
    @inlinable public static func == (left: Self, right: Self) -> Bool {
        for index in 0..<count where left.storage[index] != right.storage[index] { return false }
        return true
    }
}

extension Fixed: Hashable where Element: Hashable {
    @inlinable public func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(storage[index]) }
    }
}
