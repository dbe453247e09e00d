using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Tidemark.Seams;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>What is kept as JSON comes back as it was, or is refused before anything is done: never lost in silence.</summary>
public sealed partial class JsonTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> LostInJson => new()
    {
        { "step", "The result of step 'open'" },
        { "cursor", "The cursor 'at'" },
        { "items", "An item of stream 'rows'" },
        { "result", "The result of job" },
    };

    [Theory]
    [MemberData(nameof(LostInJson))]
    public async Task A_tuple_which_JSON_would_empty_fails_the_job_before_anything_is_done_with_it(string where, string says)
    {
        var done = 0;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).Stream("rows").HandledBy(async (int _, JobContext job) =>
        {
            if (where == "step") await job.StepAsync("open", (_, _) => Task.FromResult(("snapshot", ++done)));
            if (where == "cursor") await job.Cursor<(int Page, int Row)>("at").LoadAsync((++done, 4));
            if (where == "items") await job.Stream("rows", Items.Of([(Page: 3, Row: 4)], row => $"{row.Page}")).ForEachAsync((_, _) => Task.FromResult(++done));
            if (where == "result") job.SetResult((3, 4));
            throw new TimeoutException("again");
        }));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.StartsWith(says, job.Reason, StringComparison.Ordinal);
        Assert.Contains("Item1", job.Reason, StringComparison.Ordinal);
        Assert.Contains("Use a record", job.Reason, StringComparison.Ordinal);
        Assert.True(done == 0 && job.Streams.Count == 0, "something was done first");
    }

    [Fact]
    public async Task What_a_constructor_refuses_in_its_own_way_is_told_as_what_cannot_be_read_and_is_not_tried_again()
    {
        var handled = 0;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(new JobKey<Positive>("load")).HandledBy((Positive _) => { handled++; }));
        var job = await engine.RunAsync(Load, -1);

        Assert.Equal((JobState.Failed, 1, 0), (job.State, job.Attempt, handled));
        Assert.Contains("cannot be read as Positive: ", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_that_would_not_come_back_whole_are_refused_at_the_start_each_with_the_member()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark =>
        {
            Add<(string Carrier, int Page)>("tuple");
            Add<List<Fields>>("field");
            Add<Hidden>("setter");
            Add<Filled>("list");
            Add<Nested>("interface");
            Add<Dictionary<string, Shape>>("abstract");

            void Add<TArgs>(string name) => tidemark.AddJob(new JobKey<TArgs>(name)).HandledBy((TArgs _) => { });
        }));

        (string Job, string Member)[] said =
        [
            ("tuple", "ValueTuple<String, Int32>.Item1"), ("field", "Fields.Page"), ("setter", "Hidden.Carrier"), ("list", "Filled.Pages"), ("interface", "INamed"), ("abstract", "Shape"),
        ];
        Assert.All(said, one => Assert.Contains(error.Message.Split('\n'), line => line.Contains($"Job '{one.Job}': the arguments' type ", StringComparison.Ordinal) && line.Contains(one.Member, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Arguments_that_come_back_whole_are_taken_whatever_else_their_types_can_do()
    {
        var key = new JobKey<Whole>("whole");
        Whole? got = null;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(key).HandledBy((Whole args) => { got = args; }));
        var whole = new Whole("ncell", [new(3) { Note = "n" }], new() { ["a"] = new Circle(2) }, DateTimeOffset.UnixEpoch, DayOfWeek.Friday, Guid.Empty, [1, 2], new() { Added = { 5 } }, null);
        var job = await engine.RunAsync(key, whole);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(JsonSerializer.Serialize(whole), JsonSerializer.Serialize(got));
    }

    [Theory]
    [InlineData(typeof(KeyValuePair<string, int>))]
    [InlineData(typeof(Tuple<int, string>))]
    [InlineData(typeof(Version))]
    [InlineData(typeof(Uri))]
    [InlineData(typeof(DateOnly?))]
    [InlineData(typeof(Int128))]
    [InlineData(typeof(ImmutableArray<int>))]
    [InlineData(typeof(ImmutableDictionary<Guid, Page>))]
    [InlineData(typeof(IReadOnlyDictionary<DayOfWeek, int[][]>))]
    [InlineData(typeof(ISet<TimeSpan>))]
    [InlineData(typeof(Stack<decimal>))]
    [InlineData(typeof(ObservableCollection<int>))]
    [InlineData(typeof(Memory<byte>))]
    [InlineData(typeof(JsonObject))]
    [InlineData(typeof(JsonElement))]
    [InlineData(typeof(object))]
    [InlineData(typeof(Figure))]
    [InlineData(typeof(Wanted<Point?>))]
    [InlineData(typeof(Extended))]
    [InlineData(typeof(Chosen))]
    [InlineData(typeof(Linked))]
    public void Types_that_come_back_from_JSON_are_not_refused(Type type)
    {
        Assert.Null(RoundTrip.Fault(type, EngineJson.Complete(new TidemarkOptions().Json)));
        Assert.Null(RoundTrip.Fault(type, EngineJson.Complete(new())));
    }

    [Theory]
    [InlineData(typeof(ReadOnlyCollection<int>))]
    [InlineData(typeof(Action))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(Wanted<(int, int)>))]
    [InlineData(typeof(KeyValuePair<string, Hidden>))]
    public void Types_that_do_not_are(Type type) => Assert.NotNull(RoundTrip.Fault(type, EngineJson.Complete(new TidemarkOptions().Json)));

    [Fact]
    public async Task Fields_are_kept_if_the_options_say_so()
    {
        var key = new JobKey<(string Carrier, int Page)>("load");
        var got = new ConcurrentQueue<(string, int)>();
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.Json = new(JsonSerializerDefaults.Web) { IncludeFields = true };
            tidemark.AddJob(key).HandledBy(((string, int) args) => got.Enqueue(args));
        });
        await engine.RunAsync(key, ("ncell", 7));

        Assert.Equal([("ncell", 7)], got);
    }

    [Theory]
    [InlineData("step")]
    [InlineData("items")]
    [InlineData("pages")]
    [InlineData("numbered pages")]
    [InlineData("cursor")]
    [InlineData("result")]
    public async Task A_source_generated_context_needs_to_name_the_users_types_only(string what)
    {
        var key = new JobKey<Carrier>("load");
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.Json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = UsersContext.Default };
            tidemark.AddJob(key).Retry(RetryPolicy.None).Stream("rows").HandledBy(async (Carrier _, JobContext job) =>
            {
                if (what == "step") await job.StepAsync("open", (_, _) => Task.CompletedTask);
                if (what == "items") await job.Stream("rows", Items.Of(["x"], row => row)).ForEachAsync((_, _) => Task.CompletedTask);
                if (what == "pages") await job.Stream("rows", Pages.Of((string? _, CancellationToken _) => Task.FromResult(new Page<string, string>(["x"], null)), row => row)).ForEachAsync((_, _) => Task.CompletedTask);
                if (what == "numbered pages") await job.Stream("rows", Pages.Of((int? _, CancellationToken _) => Task.FromResult(new Page<string, int?>(["x"], null)), row => row)).ForEachAsync((_, _) => Task.CompletedTask);
                if (what == "cursor") await job.Cursor<string>("at").SaveAsync("x");
                if (what == "result") job.SetResult("x");
            });
        });
        var job = await engine.RunAsync(key, new("ncell"));

        Assert.True(job.State == JobState.Succeeded, job.Reason);
    }

    [Fact]
    public async Task A_type_that_a_source_generated_context_does_not_name_is_told_at_the_start()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.Json = new(JsonSerializerDefaults.Web) { TypeInfoResolver = UsersContext.Default };
            tidemark.AddJob(new JobKey<Page>("load")).HandledBy((Page _) => { });
        }));

        Assert.Contains("Job 'load': the arguments' type Page", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_users_own_need_no_resolver_and_stay_as_they_are()
    {
        var key = new JobKey<DayOfWeek>("load");
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };
        await using var engine = await EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.Json = options;
            tidemark.AddJob(key).HandledBy((DayOfWeek _) => { });
        });

        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(key, DayOfWeek.Friday)).State);
        Assert.Null(options.TypeInfoResolver);
    }

    [Fact]
    public async Task Arguments_that_are_null_are_refused_where_they_are_given()
    {
        var key = new JobKey<Carrier>("load");
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(key).HandledBy((Carrier _) => { }));
        await Assert.ThrowsAsync<ArgumentNullException>("args", () => engine.Jobs.EnqueueAsync(key, null!, cancellationToken: Token));
        await Assert.ThrowsAsync<ArgumentNullException>("args", () => engine.Jobs.EnqueueManyAsync(key, [new("ncell"), null!], cancellationToken: Token));
    }

    internal sealed record Carrier(string Name);

    [JsonSerializable(typeof(Carrier))]
    [JsonSerializable(typeof(string))]
    sealed partial class UsersContext : JsonSerializerContext;

    sealed class Fields
    {
        public int Page = 1;
    }

    sealed class Hidden
    {
        public string Carrier { get; private set; } = "default";

        public void Set(string carrier) => Carrier = carrier;
    }

    sealed class Filled
    {
        public List<int> Pages { get; } = [];
    }

    interface INamed
    {
        string Name { get; }
    }

    sealed record Nested(INamed Carrier);

    [JsonDerivedType(typeof(Circle), "circle")]
    abstract record Figure;

    sealed record Circle(int Radius) : Figure;

    abstract record Shape(int Sides);

    sealed record Page(int Number)
    {
        public string? Note { get; init; }

        public bool IsFirst => Number == 1;

        [JsonIgnore]
        public int Seen = 1;
    }

    readonly record struct Point(int X, int Y);

    sealed class Wanted<T>
    {
        public required T Value { get; init; }
    }

    sealed class Extended
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement>? Rest { get; set; }
    }

    sealed class Chosen
    {
        [JsonConstructor]
        Chosen(int number) => Number = number;

        public int Number { get; }

        public static Chosen Of(int number) => new(number);
    }

    sealed class Linked
    {
        public Linked? Next { get; set; }

        public List<Linked> Others { get; set; } = [];
    }

    sealed class Basket
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<int> Added { get; } = [];
    }

    sealed record Whole(string Carrier, IReadOnlyList<Page> Pages, Dictionary<string, Figure> Figures, DateTimeOffset At, DayOfWeek? Day, Guid Id, byte[] Bytes, Basket Basket, Whole? Before)
    {
        public object? Anything { get; set; }

        public JsonElement? Raw { get; init; }
    }

    [JsonConverter(typeof(Converter))]
    sealed record Positive(int Value)
    {
        sealed class Converter : JsonConverter<Positive>
        {
            public override Positive Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                new(reader.GetInt32() is var value && value > 0 ? value : throw new OverflowException($"{value} is not positive"));

            public override void Write(Utf8JsonWriter writer, Positive value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
        }
    }
}
