using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Tidemark.IntegrationTests.PostgreSql.Cuts;

/// <summary>What becomes of the message at which a connection is cut.</summary>
public enum CutAt
{
    /// <summary>The server never sees it.</summary>
    Before,

    /// <summary>The server sees its beginning.</summary>
    Inside,

    /// <summary>The server carries it out and answers, and nobody hears the answer.</summary>
    After,
}

/// <summary>Stands between a store and its server, and cuts one connection at the n-th message that the store sends; or leaves all of them open, and silent.</summary>
internal sealed class CutProxy : IAsyncDisposable
{
    const string SocketName = ".s.PGSQL.5432";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tidemark-cut-");
    readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly string server;
    readonly CancellationTokenSource stop = new();
    readonly ConcurrentBag<CutRelay> open = [];
    readonly Task accepting;
    volatile TaskCompletionSource? cameInSilence;
    int silences; // of those who come next
    int left;
    CutAt at;

    public CutProxy(string serverFolder)
    {
        server = Path.Combine(serverFolder, SocketName);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, SocketName)));
        listener.Listen();
        accepting = AcceptAsync();
    }

    /// <summary>In place of the server's, as a connection string's host.</summary>
    public string Folder => folder.FullName;

    /// <summary>From now on, the n-th message is the one.</summary>
    public void Arm(int n, CutAt where) => (at, left) = (where, n);

    /// <summary>Answers whether the message has come.</summary>
    public bool Disarm() => Interlocked.Exchange(ref left, 0) <= 0;

    /// <summary>Whatever is connected hears nothing any more, either way, and is not told: as if the network were gone.</summary>
    /// <param name="andComing">And so many of those who connect from now on, until <see cref="Speak"/>.</param>
    /// <returns>When the first of them has come.</returns>
    public Task FallSilent(int andComing = 0)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cameInSilence = came;
        Volatile.Write(ref silences, andComing);
        foreach (var relay in open) relay.FallSilent();
        return came.Task;
    }

    /// <summary>Whoever connects from now on is heard.</summary>
    public void Speak() => Volatile.Write(ref silences, 0);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
        folder.Delete(recursive: true);
    }

    async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true) relays.Add(RelayAsync(await listener.AcceptAsync(stop.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            await Task.WhenAll(relays);
        }
    }

    async Task RelayAsync(Socket client)
    {
        using var relay = new CutRelay(client, server, stop.Token);
        open.Add(relay);
        if (Volatile.Read(ref silences) > 0 && Interlocked.Decrement(ref silences) >= 0)
        {
            relay.FallSilent();
            cameInSilence!.TrySetResult();
        }
        await relay.RunAsync(() => Interlocked.Decrement(ref left) == 0 ? at : null);
    }
}
