namespace Tidemark.Tests.Conventions.Compiled;

internal enum ShapeKind { Named, Array, Pointer, Parameter }

/// <summary>A type as a signature tells it: <c>System.Func`2</c> of two shapes, an array of one shape, a type parameter.</summary>
internal sealed record TypeShape(string Name, ShapeKind Kind = ShapeKind.Named, params TypeShape[] Arguments)
{
    /// <summary>The name without its arity, so that one rule speaks of <c>Task</c> and <c>Task&lt;T&gt;</c>.</summary>
    public string Plain => Name.Split('`')[0];

    /// <summary>The types named in this one, at any depth.</summary>
    public IEnumerable<string> Names() =>
        Kind == ShapeKind.Named ? Arguments.SelectMany(argument => argument.Names()).Prepend(Name) : Arguments.SelectMany(argument => argument.Names());

    public override string ToString() => Kind switch
    {
        ShapeKind.Array => $"{Arguments[0]}[]",
        ShapeKind.Pointer => $"{Arguments[0]}*",
        ShapeKind.Named when Arguments.Length > 0 => $"{Plain}<{string.Join(", ", Arguments.AsEnumerable())}>",
        _ => Plain,
    };
}
