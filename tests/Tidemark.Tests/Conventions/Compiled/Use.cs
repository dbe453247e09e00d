namespace Tidemark.Tests.Conventions.Compiled;

/// <summary>A method naming a member: who, what, where, and the constant pushed just before (the last argument, when it is a literal).</summary>
internal sealed record Use(CompiledMethod From, Member Target, int Offset, int? LastConstant)
{
    public override string ToString() => $"{From.Place(Offset)}: {From.Name} uses {Target}";
}
