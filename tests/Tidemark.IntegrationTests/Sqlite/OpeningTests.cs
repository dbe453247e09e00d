using Tidemark.Sqlite;
using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Writing;
using Xunit;

namespace Tidemark.IntegrationTests.Sqlite;

public sealed class OpeningTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_file_is_ours_in_WAL_mode_and_for_its_owner_only()
    {
        using var file = _folder.Open();
        using var connection = file.Connect(ConnectionRole.Writer);
        var database = connection.Handle!;
        Assert.Equal(SqliteFile.ApplicationId, Pragma.Number(database, "application_id"));
        Assert.Equal("wal", Pragma.Text(database, "journal_mode"));
        Connections.Execute(database, "INSERT INTO numbers VALUES (1)");
        if (OperatingSystem.IsWindows()) return;
        var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var suffix in new[] { "", "-wal", "-shm", "-gate" }) Assert.Equal(owner, File.GetUnixFileMode(_folder.Database + suffix));
    }

    [Theory]
    [InlineData(Durability.PowerLoss, 2)]
    [InlineData(Durability.ProcessCrash, 1)]
    public void Every_connection_obeys_the_rules_of_the_file(Durability durability, long synchronous)
    {
        using var file = _folder.Open(options => options.Durability = durability);
        foreach (var role in Enum.GetValues<ConnectionRole>())
        {
            using var connection = file.Connect(role);
            var database = connection.Handle!;
            Assert.Equal(0, Pragma.Number(database, "wal_autocheckpoint"));
            Assert.Equal(synchronous, Pragma.Number(database, "synchronous"));
            Assert.Equal(0, Pragma.Number(database, "mmap_size"));
            Assert.Equal(0, Pragma.Number(database, "trusted_schema"));
            Assert.Equal(1, Pragma.Number(database, "cell_size_check"));
            Assert.Equal(role == ConnectionRole.Reader ? 1 : 0, Pragma.Number(database, "query_only"));
        }
    }

    [Fact]
    public void Closing_the_last_connection_leaves_the_WAL_as_it_is()
    {
        using (var file = _folder.Open())
        {
            using var connection = file.Connect(ConnectionRole.Writer);
            Connections.Execute(connection.Handle!, "INSERT INTO numbers VALUES (1)");
        }

        Assert.True(new FileInfo(_folder.Database + "-wal").Length > 0);
    }

    [Fact]
    public void A_database_of_another_application_is_refused_and_named_and_not_touched()
    {
        _folder.ExecuteAsStranger("CREATE TABLE orders (id INTEGER); CREATE TABLE customers (id INTEGER); PRAGMA application_id=1234; PRAGMA user_version=7");
        var before = File.ReadAllBytes(_folder.Database);
        var error = Assert.Throws<StoreException>(() => _folder.Open());
        Assert.Contains("application_id 000004D2, user_version 7, tables customers, orders", error.Message);
        Assert.Equal(before, File.ReadAllBytes(_folder.Database));
        Assert.Single(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_newer_schema_is_refused()
    {
        _folder.Open().Dispose();
        _folder.ExecuteAsStranger("PRAGMA user_version=9");
        var error = Assert.Throws<StoreException>(() => _folder.Open());
        Assert.Contains("has schema 9; this Tidemark knows schemas up to 1", error.Message);
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(_folder.Database, new string('x', 5_000));
        var error = Assert.Throws<StoreException>(() => _folder.Open());
        Assert.Contains("file is not a database", error.Message);
        Assert.Equal(new string('x', 5_000), File.ReadAllText(_folder.Database));
    }

    [Fact]
    public void A_corrupted_file_is_refused_with_what_to_do()
    {
        _folder.Open().Dispose();
        _folder.ExecuteAsStranger("PRAGMA wal_checkpoint(TRUNCATE)");
        var bytes = File.ReadAllBytes(_folder.Database);
        bytes.AsSpan(100, 3_900).Fill(0xAB);   // the schema's page behind the file's header
        File.WriteAllBytes(_folder.Database, bytes);
        var error = Assert.Throws<StoreException>(() => _folder.Open(migrations: [StoreFolder.Numbers, new Migration(2, "more", "CREATE TABLE more (n)")]));
        Assert.Contains("malformed", error.Message);
        Assert.Contains(".recover", error.Message);
    }

    [Fact]
    public void A_missing_directory_and_a_directory_as_file_are_refused()
    {
        var missing = Assert.Throws<StoreException>(() => SqliteFile.Open(new() { Path = Path.Combine(_folder.Path, "not", "there.db") }));
        Assert.Contains("does not exist. Create it", missing.Message);
        var directory = Assert.Throws<StoreException>(() => SqliteFile.Open(new() { Path = _folder.Path }));
        Assert.Contains("is a directory", directory.Message);
    }

    [Fact]
    public void A_directory_that_cannot_be_written_is_refused()
    {
        using var mount = TemporaryMount.Tmpfs(_folder.Path, "2m");
        mount.Remount("ro");
        var error = Assert.Throws<StoreException>(() => SqliteFile.Open(new() { Path = Path.Combine(mount.Path, "store.db") }));
        Assert.Contains("is not writable", error.Message);
    }

    [Theory]
    [InlineData(0x6969u, "nfs")]
    [InlineData(0xFF534D42u, "cifs")]
    [InlineData(0x01021997u, "9p")]
    [InlineData(0x65735546u, "fuse or virtiofs")]
    public void Network_file_systems_are_refused_by_name(uint magic, string name)
    {
        Assert.Equal(name, FileSystems.NameOf(magic));
        Assert.Contains($"network or shared file system ({name})", FileSystems.Refusal("/mnt/x", name));
    }

    [Fact]
    public void Local_file_systems_are_accepted()
    {
        foreach (var magic in new uint[] { 0xEF53, 0x01021994, 0x58465342, 0x9123683E, 0x794C7630 }) Assert.Null(FileSystems.NameOf(magic));
        FileSystems.Check(_folder.Path);
    }

    [Fact]
    public void Options_out_of_range_are_reported_all_at_once()
    {
        var error = Assert.Throws<StoreException>(() => SqliteFile.Open(new() { Path = _folder.Database, WriterQueueLimit = 0, MaxReaders = 5_000, BusyTimeout = TimeSpan.Zero }));
        Assert.Contains("WriterQueueLimit is 0", error.Message);
        Assert.Contains("MaxReaders is 5,000. Use 1 to 1,000.", error.Message);
        Assert.Contains("BusyTimeout is 00:00:00", error.Message);
    }

    [Fact]
    public void Migrations_run_once_each_and_go_on_after_a_failure()
    {
        var second = new Migration(2, "two", "CREATE TABLE two (n)");
        var broken = new Migration(3, "three", "CREATE TABLE three (n); CREATE TABLE two (n)");
        var error = Assert.Throws<StoreException>(() => _folder.Open(migrations: [StoreFolder.Numbers, second, broken]));
        Assert.Contains("Migration 3 ('three')", error.Message);
        Assert.Contains("table two already exists", error.Message);

        using var file = _folder.Open(migrations: [StoreFolder.Numbers, second, broken with { Sql = "CREATE TABLE three (n)" }]);
        using var connection = file.Connect(ConnectionRole.Reader);
        Assert.Equal(3, Pragma.Number(connection.Handle!, "user_version"));
    }

    [Fact]
    public async Task A_file_that_is_being_written_and_checkpointed_can_be_opened()
    {
        using var file = _folder.Open(options => options.WalCheckpointPages = 10);
        await using var writer = new SqliteWriter(file, TimeProvider.System);
        var opened = 0;
        for (var n = 0L; opened < 50; n += 200)
        {
            var writing = writer.RunAsync(new InsertNumbers([.. Enumerable.Range(0, 200).Select(i => n + i)]), TestContext.Current.CancellationToken);
            _folder.Open().Dispose();   // once it was read as an immutable file, and found malformed
            opened++;
            await writing;
        }

        Assert.Equal(10_000, StoreFolder.ReadNumbers(file).Length);
    }

    [Fact]
    public async Task Opened_by_many_at_once_a_new_file_is_made_once()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _folder.Open())));
        Assert.Empty(StoreFolder.ReadNumbers(opened[0]));
        foreach (var file in opened) file.Dispose();
    }
}
