using System.Globalization;

namespace Tidemark.Running;

/// <summary>What a keyset's position gives by itself: its order, and item keys that are the same on every machine.</summary>
internal static class PositionText
{
    public static Func<T, string> KeyBy<T, TKey>(Func<T, TKey?> position)
    {
        // By type, once, so that no position is boxed on its way to text. Other types have no text that is sure to tell two apart.
        var text = (typeof(TKey) switch
        {
            var type when type == typeof(string) => (Delegate)(Func<string?, string?>)(value => value),
            var type when type == typeof(long?) => (Func<long?, string?>)(value => value?.ToString(CultureInfo.InvariantCulture)),
            var type when type == typeof(int?) => (Func<int?, string?>)(value => value?.ToString(CultureInfo.InvariantCulture)),
            var type when type == typeof(ulong?) => (Func<ulong?, string?>)(value => value?.ToString(CultureInfo.InvariantCulture)),
            var type when type == typeof(Guid?) => (Func<Guid?, string?>)(value => value?.ToString()),
            var type => throw new ArgumentException($"A position of the type {Nullable.GetUnderlyingType(type) ?? type} makes no item key by itself. Give Keyset.Of a key function.", nameof(position)),
        }) as Func<TKey?, string?>;
        return item => text!(position(item))!;
    }

    public static IComparer<TKey> NaturalOrder<TKey>(string parameter)
    {
        // The default order of text is that of a culture, which no database shares.
        if (typeof(TKey) == typeof(string)) return (IComparer<TKey>)StringComparer.Ordinal;
        var type = Nullable.GetUnderlyingType(typeof(TKey)) ?? typeof(TKey);
        if (!typeof(IComparable).IsAssignableFrom(type) && !typeof(IComparable<>).MakeGenericType(type).IsAssignableFrom(type))
            throw new ArgumentException($"A position of the type {type} has no order. Give Keyset.Of a comparer that orders as the database does, or let the type be IComparable.", parameter);
        return Comparer<TKey>.Default;
    }
}
