using System.Net.Sockets;

namespace Tidemark.IntegrationTests.PostgreSql.Cuts;

/// <summary>One connection through the proxy: both ways until either side closes, or it is cut.</summary>
internal sealed class CutRelay(Socket client, string server, CancellationToken stop) : IDisposable
{
    const byte ReadyForQuery = (byte)'Z'; // the last message of every answer, of six bytes
    const byte CopyInResponse = (byte)'G'; // or the whole answer to a COPY that may begin: https://www.postgresql.org/docs/current/protocol-flow.html
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30); // a cut that does not wait for a slow commit comes before it

    readonly Socket upstream = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(stop);
    readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile bool isSilent; // nothing more is answered
    volatile bool isDeaf; // nor heard

    /// <param name="next">Asked at each message of the client: null to let it pass.</param>
    public async Task RunAsync(Func<CutAt?> next)
    {
        try
        {
            await upstream.ConnectAsync(new UnixDomainSocketEndPoint(server), cut.Token);
            var answers = AnswersAsync();
            await MessagesAsync(next);
            await cut.CancelAsync();
            await answers;
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            return; // one of the ends is closed: the other follows
        }
    }

    public void FallSilent() => isSilent = isDeaf = true;

    public void Dispose()
    {
        cut.Cancel();
        upstream.Dispose();
        client.Dispose();
        cut.Dispose();
    }

    async Task MessagesAsync(Func<CutAt?> next)
    {
        var buffer = new byte[1 << 16];
        for (int count; (count = await client.ReceiveAsync(buffer, cut.Token)) > 0;)
        {
            if (isDeaf) continue;
            var at = next();
            if (at is not null) isSilent = true;
            var passed = at switch
            {
                CutAt.Before => 0,
                CutAt.Inside => count / 2,
                _ => count,
            };
            if (passed > 0) await upstream.SendAsync(buffer.AsMemory(0, passed), cut.Token);
            if (at == CutAt.After) await Task.WhenAny(answered.Task, Task.Delay(Patience, cut.Token));
            if (at is not null) return;
        }
    }

    async Task AnswersAsync()
    {
        var buffer = new byte[1 << 16];
        try
        {
            for (int count; (count = await upstream.ReceiveAsync(buffer, cut.Token)) > 0;)
            {
                if (!isSilent) await client.SendAsync(buffer.AsMemory(0, count), cut.Token);
                else if (buffer[0] == CopyInResponse || (count >= 6 && buffer[count - 6] == ReadyForQuery)) answered.TrySetResult();
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            return;
        }
        finally
        {
            client.Close(); // the server has closed
        }
    }
}
