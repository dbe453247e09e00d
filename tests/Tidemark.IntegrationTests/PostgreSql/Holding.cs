using Npgsql;
using Xunit;

namespace Tidemark.IntegrationTests.PostgreSql;

/// <summary>Somebody who has something in his hands: a transaction that stands open, on a connection of its own.</summary>
internal static class Holding
{
    static CancellationToken Ending => TestContext.Current.CancellationToken;

    /// <summary>Ends with the connection.</summary>
    public static async Task<NpgsqlConnection> HoldAsync(this PlainStore plain, string sql)
    {
        var connection = new NpgsqlConnection($"{plain.Others.ConnectionString};Pooling=false");
        await connection.OpenAsync(Ending);
        await SayAsync(connection, $"BEGIN; {sql}");
        return connection;
    }

    public static Task CommitAsync(NpgsqlConnection holder) => SayAsync(holder, "COMMIT");

    /// <summary>Its end is known when this answers: a session that is only told to go does so later.</summary>
    public static Task LetGoAsync(NpgsqlConnection holder) => SayAsync(holder, "ROLLBACK");

    /// <summary>Until somebody waits for it.</summary>
    public static async Task WaitedForAsync(this PlainStore plain, NpgsqlConnection holder)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ending);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!await plain.AskAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {holder.ProcessID} = ANY(pg_blocking_pids(pid)))")) await Task.Delay(10, limit.Token);
    }

    /// <summary>Goes on in his transaction.</summary>
    public static async Task SayAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ending);
    }
}
