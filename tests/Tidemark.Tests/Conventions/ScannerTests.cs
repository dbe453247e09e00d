using Tidemark.Tests.Conventions.Compiled;
using Tidemark.Tests.Conventions.Controls;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>The scanner itself, on code that breaks the laws on purpose: a scan that finds nothing proves nothing until it can find.</summary>
public sealed class ScannerTests
{
    static readonly CompiledAssembly Tests = CompiledAssembly.Load("Tidemark.Tests");

    [Fact]
    public void Every_way_out_is_found_and_named_by_its_method()
    {
        var found = Of(typeof(WaysOut)).SelectMany(ForbiddenCalls.In).Select(hit => hit.Use.From.Name.Split('.')[^1]).ToHashSet();
        Assert.Equal(typeof(WaysOut).GetMethods().Where(method => method.IsStatic).Select(method => method.Name).ToHashSet(), found);
    }

    [Fact]
    public void Every_row_of_the_table_catches_one()
    {
        var caught = Of(typeof(WaysOut)).SelectMany(ForbiddenCalls.In).Select(hit => hit.Row).ToHashSet();
        Assert.All(ForbiddenCalls.Table, row => Assert.Contains(row, caught));
    }

    [Fact]
    public void The_honest_forms_pass()
    {
        Assert.Contains(Of(typeof(WaysWithin)).SelectMany(type => type.Methods).SelectMany(method => method.Uses()), use => use.Target.Name == "Delay");
        Assert.Empty(Of(typeof(WaysWithin)).SelectMany(ForbiddenCalls.In));
    }

    [Fact]
    public void A_finding_names_the_line_the_method_and_the_call()
    {
        var hit = Assert.Single(Of(typeof(WaysOut)).SelectMany(ForbiddenCalls.In), hit => hit.Use.Target.Name == "Delay");
        Assert.Matches(@"^tests/Tidemark\.Tests/Conventions/Controls/WaysOut\.cs:\d+: Tidemark\.Tests\.Conventions\.Controls\.WaysOut\.Delay uses System\.Threading\.Tasks\.Task\.Delay\(System\.Int32\)$", hit.Use.ToString());
    }

    [Fact]
    public void Every_mutable_static_is_found()
    {
        var state = new StaticState(Tests);
        var found = Of(typeof(MutableStatics)).SelectMany(state.In).Select(fault => fault.Field.Split("Controls.")[1]).Order();
        Assert.Equal(
        [
            "MutableStatics.Array", "MutableStatics.Assignable", "MutableStatics.Circle.Radius", "MutableStatics.Collection", "MutableStatics.Gate", "MutableStatics.Happened",
            "MutableStatics.OuterFixedOnly", "MutableStatics.PerThread", "MutableStatics.Property", "MutableStatics.Settings.Delays",
        ], found);
    }

    [Fact]
    public void Fixed_statics_and_the_compilers_own_caches_pass() =>
        Assert.Empty(Of(typeof(FixedStatics)).SelectMany(new StaticState(Tests).In));

    static IEnumerable<CompiledType> Of(Type type) =>
        Tests.Types.Where(candidate => candidate.FullName == type.FullName || candidate.FullName.StartsWith(type.FullName + "+", StringComparison.Ordinal));
}
