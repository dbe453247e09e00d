using Tidemark.Storage.Presence;

namespace Tidemark.TortureHost;

/// <summary>Starts the writers, kills, stops and restarts them at random, lets them end, and has the rest checked.</summary>
internal sealed class Supervisor(Arguments arguments)
{
    private const int TickMs = 25;
    private readonly string _folder = Directory.CreateDirectory(arguments.Folder).FullName;
    private readonly int _seconds = arguments.Number("seconds", 20);
    private readonly int _longestStop = arguments.Number("stop-ms", 1_500);
    private readonly Random _random = new(arguments.Number("seed", 1));
    private readonly TortureReport _report = new() { Seconds = arguments.Number("seconds", 20) };
    private readonly List<Child> _children = [];
    private PresenceDirectory _presence = null!;

    public int Run()
    {
        TortureStore.Open(_folder).Dispose();
        _presence = new PresenceDirectory(TortureStore.Database(_folder) + "-presence");
        for (var writer = 0; writer < arguments.Number("processes", 8); writer++)
        {
            var child = new Child(_folder, writer);
            _children.Add(child);
            child.Start();
        }

        Torture();
        End();
        Checker.Check(_folder, _report);
        Console.WriteLine(_report);
        return _report.Faults.Count == 0 ? 0 : 1;
    }

    private void Torture()
    {
        var end = Environment.TickCount64 + (_seconds * 1_000L);
        var nextFault = Environment.TickCount64 + 1_000;
        while (Environment.TickCount64 < end && _report.Faults.Count == 0)
        {
            Thread.Sleep(TickMs);
            Observe();
            foreach (var child in _children) Revive(child);
            if (Environment.TickCount64 < nextFault) continue;
            nextFault = Environment.TickCount64 + _random.Next(20, 400);
            Hurt(_children[_random.Next(_children.Count)]);
        }
    }

    private void Hurt(Child child)
    {
        if (!child.IsRunning) return;

        // On a busy machine most would else die while they are being loaded, where there is little to break.
        if (!File.Exists(_presence.PathOf(child.Worker)) && _random.Next(100) < 90) return;
        if (_random.Next(100) < 55)
        {
            child.KillHard();
            _report.Kills++;
            Autopsy.Examine(_folder, _presence, child, _report);
            child.DueAt = Environment.TickCount64 + _random.Next(300);
        }
        else if (!child.IsStopped && _children.Count(other => other.IsStopped) < _children.Count / 2)
        {
            child.Stop();
            _report.Stops++;
            child.DueAt = Environment.TickCount64 + _random.Next(10, _longestStop);
        }
    }

    private void Revive(Child child)
    {
        if (Environment.TickCount64 < child.DueAt) return;
        if (child.IsStopped) child.GoOn();
        else if (child.ExitCode is 137) child.Start();
        else if (child.ExitCode is { } code) _report.Faults.Add($"writer {child.Writer} ended by itself with exit code {code}");
    }

    private void Observe()
    {
        _report.SawWal(TortureStore.Database(_folder) + "-wal");
        foreach (var child in _children)
        {
            // Whoever runs must be seen to live, whatever the others do to the gate.
            if (!child.IsRunning || child.IsStopped || PresenceReader.Read(_presence.PathOf(child.Worker)) is not { } seen) continue;
            if (!seen.IsAlive) _report.Faults.Add($"writer {child.Writer} runs, but its presence says that it is dead");
            _report.SawBeat(seen.BeatAge!.Value);
        }
    }

    private void End()
    {
        foreach (var child in _children)
        {
            if (child.IsStopped) child.GoOn();
            if (child.IsRunning) child.AskToEnd();
        }

        foreach (var child in _children)
        {
            if (child.ExitCode is 137) continue;
            if (!child.WaitForEnd(TimeSpan.FromSeconds(60)))
            {
                _report.Faults.Add($"writer {child.Writer} did not end within 60 s of being asked to");
                child.KillHard();
            }
            else if (child.ExitCode != 0)
            {
                _report.Faults.Add($"writer {child.Writer} ended with exit code {child.ExitCode}");
            }
        }
    }
}
