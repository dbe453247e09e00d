using Tidemark.Tests.Conventions.Compiled;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>Everything not public is internal and sealed: what may be derived from is said, and is derived from.</summary>
public sealed class TypeLawTests
{
    static readonly CompiledType[] Types = [.. CompiledAssembly.Shipped.SelectMany(assembly => assembly.Types)];

    [Fact]
    public void What_is_not_public_is_sealed_or_derived_from()
    {
        var bases = Types.Where(type => type.BaseType is not null).Select(type => type.BaseType!.Name).ToHashSet();
        Breaches.None(
            Types.Where(type => !type.IsPublic && !type.IsGenerated && IsOpen(type))
                .Where(type => !(type.IsAbstract && bases.Contains(type.FullName)))
                .Select(type => $"{type.Assembly.Name}: {type.Source} is {(type.IsAbstract ? "abstract, and nothing derives from it" : "open to derivation")}"),
            "make it sealed or static; an abstract class is fine as soon as a class derives from it.");
    }

    [Fact]
    public void The_law_has_types_to_judge()
    {
        Assert.Contains(Types, type => type.FullName == "Tidemark.JobId" && type is { IsPublic: true, IsStruct: true });
        Assert.Contains(Types, type => type.FullName == "Tidemark.Lifecycle.Transitions" && !type.IsPublic && !IsOpen(type));
        var tests = CompiledAssembly.Load("Tidemark.Tests").Types;
        Assert.Contains(tests, type => type.FullName.EndsWith("MutableStatics+Shape", StringComparison.Ordinal) && IsOpen(type));
    }

    // A program's entry class is the compiler's, though it bears a plain name.
    static bool IsOpen(CompiledType type) =>
        !type.IsSealed && !type.IsInterface && type.FullName != "<Module>" && type.Methods.All(method => method.RawName != "<Main>$");
}
