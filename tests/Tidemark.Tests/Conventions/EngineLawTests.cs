using Tidemark.Tests.Conventions.Compiled;
using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>Rules 1 and 2 of the engine: time, chance and threads come from outside, except in Hosting, which is the outside.</summary>
public sealed class EngineLawTests
{
    static readonly Excuse[] Calls =
    [
        new("Tidemark.Storage.Native.BootClock.get_Milliseconds", "System.Environment", "not the engine's time: what two processes of one machine compare on Windows"),
        new("Tidemark.Storage.Presence.PresenceReader.TryCopy", "System.Threading.Thread.SpinWait", "a few turns while another process writes a slot of its presence file; only the real stores read one"),
    ];

    static readonly Excuse[] Statics =
    [
        new("Tidemark.Seams.FaultPoints.Armed", "", "armed once by a test host before anything runs; null in production"),
        new("Tidemark.Running.AttemptLogging.Flow", "", "an ambient value of the logging flow, which has no other way to know its attempt; nothing decides by it"),
    ];

    static readonly CompiledAssembly Core = CompiledAssembly.Load("Tidemark");
    static readonly CompiledType[] Simulated = [.. Core.Types.Where(type => !IsHosting(type.Namespace))];

    [Fact]
    public void The_core_takes_time_chance_and_threads_only_from_outside() => Breaches.None(
        from type in Simulated
        from found in ForbiddenCalls.In(type)
        where !Calls.Any(excuse => excuse.Covers(found.Use.From.Name, found.Use.Target.ToString()))
        select $"{found.Use}; instead: {found.Row.Instead}",
        "use what the line says, move the code to Hosting/, or add a row with its reason to EngineLawTests.Calls.");

    [Fact]
    public void The_core_has_no_static_mutable_state()
    {
        var state = new StaticState(Core);
        Breaches.None(
            from type in Simulated
            from fault in state.In(type)
            where !Statics.Any(excuse => excuse.Covers(fault.Field, ""))
            select fault.How,
            "make it an instance field, readonly of a Frozen/Immutable type or of a type whose fields are all readonly; move it to Hosting/; or add a row with its reason to EngineLawTests.Statics.");
    }

    [Fact]
    public void Every_excuse_still_excuses_something()
    {
        var state = new StaticState(Core);
        var calls = Simulated.SelectMany(ForbiddenCalls.In).Select(found => (found.Use.From.Name, found.Use.Target.ToString())).ToList();
        var statics = Simulated.SelectMany(state.In).Select(fault => (fault.Field, "")).ToList();
        Breaches.None(
            Calls.Where(excuse => !calls.Any(call => excuse.Covers(call.Name, call.Item2)))
                .Concat(Statics.Where(excuse => !statics.Any(found => excuse.Covers(found.Field, "")))).Select(excuse => excuse.ToString()),
            "remove the row: what it excused is gone.");
    }

    [Fact]
    public void The_scan_reads_every_body_of_the_core()
    {
        Assert.Contains(Simulated.SelectMany(type => type.Methods), method => method.Name == "Tidemark.JobId.ToString" && method.Uses().Any());
        var read = Core.Methods.Where(method => method.HasBody).ToList();
        Assert.All(read, method => Assert.NotEmpty(method.Instructions()));
        Assert.Contains(read, method => IsHosting(method.Type.Namespace));
    }

    static bool IsHosting(string space) => space == "Tidemark.Hosting" || space.StartsWith("Tidemark.Hosting.", StringComparison.Ordinal);
}
