using System.Runtime.InteropServices;

namespace Tidemark.Cli.Spawning;

/// <summary>Sees to it that no command outlives the run, even when this process is killed by SIGKILL.</summary>
/// <remarks>
/// <para>
/// A small shell, the guard, leads a process group of its own and waits on a pipe whose other end only we hold. All commands are started
/// <em>into that group</em>. When we die, however we die, the kernel closes the pipe, and the guard kills the group in one call.
/// </para>
/// <para>
/// There is no gap at the start of a command: until its exec it holds our end of the pipe too (closed on exec), and it joins the group
/// before. So the guard sees the end of the pipe only when every command that was ever started is in the group.
/// </para>
/// <para>
/// Some programs leave the group (<c>timeout</c> makes one of its own). A second pass therefore kills whatever carries this run's mark in
/// its environment and is still in our session. A program that made a session of its own (a daemon) has left the run on purpose and is
/// left alone.
/// </para>
/// <para>
/// What else was tried: <c>setpriv --pdeathsig KILL</c> before each command costs a second exec (measured: 915 commands a second instead
/// of 1,700), reaches the command but not its children, and comes when the <em>thread</em> that started it ends, not the process.
/// </para>
/// </remarks>
internal sealed unsafe class RunGuard : IDisposable
{
    // "-KILL 0" also ends the guard. Its inner shell, in a session of its own, does the same from outside and lives on for the second pass;
    // where there is no setsid, or no process to be had, the last line is what remains. The word tidemark stands nowhere in its arguments,
    // lest 'pkill -9 -f tidemark' takes the guard with the run.
    const string Script = """
        trap '' HUP INT QUIT TERM
        read -r _ && exit 0
        setsid sh -c "$1" "$0" "$$" "$2" "$3" 2>/dev/null
        kill -KILL 0
        """;

    // A process may fork while it is looked for, hence the rounds; a dead one has an empty environment and is not found again.
    const string SecondPass = """
        kill -KILL -- "-$1"
        for round in 1 2 3 4 5 6 7 8 9 10; do
            found=
            for place in $(grep -lsF "$2" /proc/[0-9]*/environ); do
                place=${place%/environ}
                read -r stat < "$place/stat" || continue
                set -- "$1" "$2" "$3" ${stat##*) }
                [ "$7" = "$3" ] && kill -KILL "${place#/proc/}" && found=yes
            done
            [ -n "$found" ] || exit 0
        done
        """;

    readonly Lock _lock = new();
    readonly List<SpawnAttributes> _attributes = [];
    int _guard = Descriptors.None;
    int _pipe = Descriptors.None;
    bool _ended;

    /// <summary>What every command carries in its environment.</summary>
    internal string Mark { get; } = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>What a command starts with. Starts the guard, and starts it anew if something killed it.</summary>
    internal SpawnAttributes Attributes()
    {
        lock (_lock)
        {
            if (_ended) throw new OperationCanceledException("The run has ended: no command is started any more.");
            if (_guard != Descriptors.None && !HasEnded(_guard)) return _attributes[^1];
            Descriptors.Close(ref _pipe);
            Start();
            return _attributes[^1];
        }
    }

    /// <summary>Commands start again after <see cref="KillAll"/>, each with a new guard.</summary>
    internal void Begin()
    {
        lock (_lock) _ended = false;
    }

    /// <summary>Kills every command, and whatever they started, now; returns when it is done. No command starts after it, until <see cref="Begin"/>.</summary>
    internal void KillAll() => End(() => { });

    /// <summary>Lets the guard go. What commands have left running in the background on purpose goes on, as after xargs.</summary>
    public void Dispose()
    {
        End(() =>
        {
            var goodbye = (byte)'\n';
            _ = Libc.Write(_pipe, &goodbye, 1);
        });
        foreach (var attributes in _attributes) attributes.Dispose();
        _attributes.Clear();
    }

    void End(Action first)
    {
        lock (_lock)
        {
            _ended = true;
            if (_guard == Descriptors.None) return;
            first();
            Descriptors.Close(ref _pipe);
            int status;
            while (Libc.Wait(_guard, &status, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.Interrupted) { }
            _guard = Descriptors.None;
        }
    }

    void Start()
    {
        var (read, write) = Descriptors.OpenPipe();
        var nothing = Descriptors.None;
        try
        {
            nothing = Descriptors.OpenNull();
            _guard = StartShell(read, nothing);
            _attributes.Add(new SpawnAttributes(_guard));
            _pipe = write;
        }
        catch
        {
            Descriptors.Close(ref write);
            throw;
        }
        finally
        {
            Descriptors.Close(ref read);
            Descriptors.Close(ref nothing);
        }
    }

    int StartShell(int input, int nothing)
    {
        var command = CommandTemplate.Of("sh", "-c", Script, "end-of-run", SecondPass, Mark, $"{Libc.SessionOf(0)}");
        using var own = new SpawnAttributes(SpawnAttributes.OwnGroup);
        using var environment = new CommandEnvironment(null);
        using var block = new NativeBlock();
        block.Begin(command.Size(0) + (nuint)((environment.Count + 2) * sizeof(byte*)));
        var variables = block.Pointers(environment.Count + 1);
        environment.CopyTo(variables);
        variables[environment.Count] = null;
        var arguments = command.Write(block, []);
        fixed (byte* path = "/bin/sh"u8)
        {
            var start = new ChildStart
            {
                Path = path,
                Arguments = arguments,
                Environment = variables,
                Attributes = own,
                Input = input,
                Output = nothing,
                Error = nothing,
            };
            var error = Child.Start(start, out var pid);
            return error == 0
                ? pid
                : throw new SpawnException(error, $"cannot start /bin/sh, which ends the commands if the run is killed: {Errno.Text(error)}.");
        }
    }

    static bool HasEnded(int pid)
    {
        int status;
        return Libc.Wait(pid, &status, Libc.WaitNoHang) != 0;
    }
}
