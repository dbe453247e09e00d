using Tidemark.Tests.Conventions.Compiled;

namespace Tidemark.Tests.Conventions;

/// <summary>
/// Finds static fields through which anything can change: those that are not readonly, and those that are but lead to something that
/// is not fixed. A type of the assembly is fixed if all its fields (and those of all types derived from it) are readonly and fixed.
/// </summary>
internal sealed class StaticState(CompiledAssembly assembly)
{
    static readonly string[] FixedNames =
    [
        "System.Boolean", "System.Char", "System.String", "System.SByte", "System.Byte", "System.Int16", "System.UInt16", "System.Int32", "System.UInt32",
        "System.Int64", "System.UInt64", "System.Int128", "System.UInt128", "System.Single", "System.Double", "System.Decimal", "System.IntPtr", "System.UIntPtr",
        "System.DateTime", "System.DateTimeOffset", "System.DateOnly", "System.TimeOnly", "System.TimeSpan", "System.TimeZoneInfo", "System.Guid", "System.Uri",
        "System.Version", "System.Type", "System.Range", "System.Index", "System.StringComparer", "System.Nullable", "System.ValueTuple", "System.Tuple",
        "System.ReadOnlyMemory", "System.Buffers.SearchValues", "System.Collections.Generic.KeyValuePair", "System.Globalization.CultureInfo", "System.Numerics.BigInteger",
        "System.Reflection.Assembly", "System.Reflection.MethodInfo", "System.Reflection.PropertyInfo", "System.Text.Encoding", "System.Text.UTF8Encoding",
        "System.Text.CompositeFormat", "System.Text.Json.JsonEncodedText", "System.Text.RegularExpressions.Regex", "System.Threading.CancellationToken",
        "Microsoft.Extensions.Logging.EventId",
    ];

    /// <summary>Fixed whatever they are made for: they hold none of it.</summary>
    static readonly string[] FixedFunctions =
    [
        "System.Func", "System.Action", "System.Predicate", "System.Comparison", "System.Converter", "System.Collections.Generic.Comparer", "System.Collections.Generic.EqualityComparer",
        "System.Collections.Generic.IComparer", "System.Collections.Generic.IEqualityComparer",
    ];

    static readonly string[] FixedSpaces = ["System.Collections.Frozen.", "System.Collections.Immutable."];

    readonly Dictionary<string, CompiledType> ours = assembly.Types.ToDictionary(type => type.FullName);

    /// <summary>The mutable state behind the static fields of a type: each as the field at fault, and the way to it.</summary>
    public IEnumerable<(string Field, string How)> In(CompiledType type) =>
        type.IsGenerated ? [] : type.Fields.Where(field => field.IsStatic && !field.IsConstant && !field.IsHidden).SelectMany(field => Faults(field, field.Name, []));

    IEnumerable<(string Field, string How)> Faults(CompiledField field, string way, HashSet<string> seen)
    {
        if (!field.IsReadOnly) return [(field.Name, $"{way} can be assigned")];
        return Faults(field.Shape, field.Name, way, seen);
    }

    IEnumerable<(string Field, string How)> Faults(TypeShape shape, string field, string way, HashSet<string> seen)
    {
        if (shape.Kind == ShapeKind.Parameter || FixedFunctions.Contains(shape.Plain)) return [];
        if (shape.Kind != ShapeKind.Named) return [(field, $"{way} is the mutable {shape}")];
        var parts = shape.Arguments.SelectMany(argument => Faults(argument, field, $"{way} <{argument}>", seen));
        if (FixedNames.Contains(shape.Plain) || FixedSpaces.Any(space => shape.Name.StartsWith(space, StringComparison.Ordinal))) return parts;
        if (!ours.TryGetValue(shape.Name, out var type)) return IsForeignEnum(shape) ? [] : [(field, $"{way} is the mutable (or unknown) {shape}")];
        if (type.IsEnum || type.IsDelegate || !seen.Add(shape.Name)) return parts;
        return parts.Concat(Family(type).SelectMany(member => member.Fields)
            .Where(inner => !inner.IsStatic).SelectMany(inner => Faults(inner, $"{way} → {inner.Name}", seen)));
    }

    /// <summary>The type, what it derives from and what derives from it, as far as this assembly has them.</summary>
    IEnumerable<CompiledType> Family(CompiledType type) => Ancestors(type).Concat(assembly.Types.Where(other => DerivesFrom(other, type.FullName)));

    IEnumerable<CompiledType> Ancestors(CompiledType type)
    {
        for (var at = type; at is not null; at = at.BaseType is { } next ? ours.GetValueOrDefault(next.Name) : null) yield return at;
    }

    bool DerivesFrom(CompiledType type, string name) =>
        type.FullName != name && (Ancestors(type).Any(at => at.BaseType?.Name == name) || type.Interfaces.Any(face => face.Name == name));

    static bool IsForeignEnum(TypeShape shape) => Type.GetType(shape.Name)?.IsEnum == true;
}
