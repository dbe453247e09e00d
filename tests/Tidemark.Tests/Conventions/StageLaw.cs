using Tidemark.Tests.Conventions.Compiled;

namespace Tidemark.Tests.Conventions;

/// <summary>
/// A job's life is the folder order: a stage may know the later ones, and of the earlier ones only their data (records, structs, enums,
/// delegates). Everybody may know the root's nouns, Lifecycle and Storage; Hosting, which starts them all, comes before the first.
/// </summary>
internal sealed class StageLaw(CompiledAssembly assembly, string root)
{
    public static readonly string[] Walk = ["Hosting", "Scheduling", "Enqueueing", "Leasing", "Running", "Settling", "Controlling", "Locking", "Upkeep", "Reading"];
    public static readonly string[] Shared = ["", "Lifecycle", "Seams", "Storage"];

    readonly Dictionary<string, CompiledType> types = assembly.Types.Where(type => type.Namespace == root || type.Namespace.StartsWith(root + ".", StringComparison.Ordinal))
        .ToDictionary(type => type.FullName);

    public IEnumerable<CompiledType> Types => types.Values;

    /// <summary>The first part of the namespace below the root; empty in the root itself.</summary>
    public string StageOf(CompiledType type) => type.Namespace.Length == root.Length ? "" : type.Namespace[(root.Length + 1)..].Split('.')[0];

    /// <summary>Where a type of one stage names a type of an earlier one that is not data.</summary>
    public IEnumerable<(CompiledType From, CompiledType To, Func<string> Where)> Backward() =>
        from type in types.Values
        from reference in type.References()
        where types.ContainsKey(reference.Type)
        let target = types[reference.Type]
        where !target.IsData && !target.IsDelegate && Array.IndexOf(Walk, StageOf(target)) is >= 0 and var place && place < Array.IndexOf(Walk, StageOf(type))
        select (type, target, reference.Where);
}
