using System.Data;
using System.Data.Common;

namespace Tidemark.Running;

/// <summary>For a driver without batches (SQLite's has none): its commands, one after another.</summary>
internal sealed class OneByOneBatch(DbConnection connection) : DbBatch
{
    readonly Commands commands = [];

    public override int Timeout { get; set; }

    protected override DbBatchCommandCollection DbBatchCommands => commands;

    protected override DbConnection? DbConnection { get; set; }

    protected override DbTransaction? DbTransaction { get; set; }

    public override int ExecuteNonQuery()
    {
        if (DbConnection is null) throw new InvalidOperationException("This batch is only to be filled: it is executed with the checkpoint.");
        var changed = 0;
        foreach (var command in commands.All) changed += command.Execute(DbTransaction, Timeout);
        return changed;
    }

    public override Task<int> ExecuteNonQueryAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(ExecuteNonQuery());
    }

    public override void Cancel() => throw Unanswered();

    public override object? ExecuteScalar() => throw Unanswered();

    public override Task<object?> ExecuteScalarAsync(CancellationToken cancellationToken = default) => throw Unanswered();

    public override void Prepare()
    {
    }

    public override Task PrepareAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public override void Dispose()
    {
        foreach (var command in commands.All) command.Dispose();
        base.Dispose();
    }

    protected override DbBatchCommand CreateDbBatchCommand() => new Command(connection.CreateCommand());

    protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => throw Unanswered();

    protected override Task<DbDataReader> ExecuteDbDataReaderAsync(CommandBehavior behavior, CancellationToken cancellationToken) => throw Unanswered();

    static NotSupportedException Unanswered() => new("This batch only writes, and whoever gave it executes it. Read with a command of your own, before.");

    sealed class Command(DbCommand command) : DbBatchCommand, IDisposable
    {
        int changed;

        public override string CommandText
        {
            get => command.CommandText;
#pragma warning disable CA2100 // The text is its author's: who wrote the effects.
            set => command.CommandText = value;
#pragma warning restore CA2100
        }

        public override CommandType CommandType
        {
            get => command.CommandType;
            set => command.CommandType = value;
        }

        public override int RecordsAffected => changed;

        public override bool CanCreateParameter => true;

        protected override DbParameterCollection DbParameterCollection => command.Parameters;

        public override DbParameter CreateParameter() => command.CreateParameter();

        public int Execute(DbTransaction? transaction, int timeout)
        {
            command.Transaction = transaction;
            if (timeout > 0) command.CommandTimeout = timeout;
            return changed = command.ExecuteNonQuery();
        }

        public void Dispose() => command.Dispose();
    }

    sealed class Commands : DbBatchCommandCollection
    {
        public List<Command> All { get; } = [];

        public override int Count => All.Count;

        public override bool IsReadOnly => false;

        public override void Add(DbBatchCommand item) => All.Add((Command)item);

        public override void Clear() => All.Clear();

        public override bool Contains(DbBatchCommand item) => All.Contains((Command)item);

        public override void CopyTo(DbBatchCommand[] array, int arrayIndex) => All.ToArray().CopyTo(array, arrayIndex);

        public override IEnumerator<DbBatchCommand> GetEnumerator() => All.GetEnumerator();

        public override int IndexOf(DbBatchCommand item) => All.IndexOf((Command)item);

        public override void Insert(int index, DbBatchCommand item) => All.Insert(index, (Command)item);

        public override bool Remove(DbBatchCommand item) => All.Remove((Command)item);

        public override void RemoveAt(int index) => All.RemoveAt(index);

        protected override DbBatchCommand GetBatchCommand(int index) => All[index];

        protected override void SetBatchCommand(int index, DbBatchCommand batchCommand) => All[index] = (Command)batchCommand;
    }
}
