using System.Reflection;
using Tidemark.Storage;
using Tidemark.StoreContract;
using Xunit;

namespace Tidemark.Tests.Storage;

/// <summary>
/// Whether the contract would notice: for each property of each record that crosses it, a store that forgets just that one must fail
/// at least one of its tests. A new property is covered here before anybody has thought of it.
/// </summary>
public sealed class ContractTeethTests
{
    // What may be forgotten, on the way in or out, and why.
    static readonly (string Record, string[] Properties, bool Inward, string Why)[] Excused =
    [
        ("Lease", ["Worker"], true, "the fence alone decides"),
        ("ClaimedJob",
            [
                "Name", "Queue", "Arguments", "Attempt", "Failures", "Crashes", "IsSuspect", "Priority", "DueAt", "CreatedAt", "Tags", "Parent", "Visit",
                "DedupKey", "HasMemory", "Worker", "Limit",
            ],
            true, "in a settlement it is there for stores that bind a finished row from it; the model has its own row"),
        ("ClaimRequest", ["Prompt"], true, "it allows a store to look before it takes, and to tell others of what is left; it changes no answer"),
        ("RescueRequest", ["LooksAround"], true, "it allows a store to which a look costs much to leave it to others"),
        ("Beat", ["Holds"], true, "it allows a store to which a beat costs much to do with fewer"),
        ("Settlement", ["EffectsError"], true, "the store writes it"),
        ("BeatReply", ["Why"], false, "for people, from a store that can go back in time: the model cannot"),
        ("BeatReply", ["MayRest"], false, "from a store to which a beat costs much"),
        ("RescueReply", ["Fleet"], false, "from a store to which a look costs much"),
        ("Fleet", ["All", "Waiting"], false, "likewise"),
        ("Standing", ["Of", "Place"], false, "likewise"),
    ];

    [Fact]
    public async Task A_store_that_forgets_any_property_fails_the_contract()
    {
        var tests = Tests();
        Assert.True(tests.Count > 150);
        var all = Everything().ToList();
        Assert.True(all.Count > 150);
        var unnoticed = new List<string>();
        foreach (var forgotten in all.Where(forgotten => !IsExcused(forgotten)))
            if (!await FailsAsync(tests, forgotten)) unnoticed.Add(forgotten.ToString());
        Assert.Empty(unnoticed);
        Assert.Equal(Excused.Sum(row => row.Properties.Length), all.Count(IsExcused));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_copies_everything_and_forgets_nothing_passes(bool inward)
    {
        var nothing = new Forgotten(typeof(Version).GetProperty(nameof(Version.Major))!, inward);
        foreach (var (contract, test, arguments) in Tests()) await RunAsync(contract, test, arguments, store => new ForgetfulStore(store, nothing));
    }

    static bool IsExcused(Forgotten forgotten) =>
        Array.Exists(Excused, row => row.Inward == forgotten.Inward && row.Record == forgotten.Property.DeclaringType!.Name && row.Properties.Contains(forgotten.Property.Name));

    static IEnumerable<Forgotten> Everything()
    {
        var operations = typeof(IJobStore).GetInterfaces().Where(part => part != typeof(IAsyncDisposable)).SelectMany(part => part.GetMethods()).ToList();
        HashSet<Type> asked = [], answered = [];
        return operations.SelectMany(operation => operation.GetParameters()).SelectMany(at => Forgotten.PropertiesIn(at.ParameterType, asked)).Select(property => new Forgotten(property, true))
            .Concat(operations.Where(operation => operation.ReturnType.IsGenericType)
                .SelectMany(operation => Forgotten.PropertiesIn(operation.ReturnType.GetGenericArguments()[0], answered)).Select(property => new Forgotten(property, false)));
    }

    static List<(Type Contract, MethodInfo Test, object?[] Arguments)> Tests() =>
    [
        .. from contract in typeof(ContractTeethTests).Assembly.GetTypes()
           where contract.IsSubclassOf(typeof(Contract)) && !contract.IsAbstract
           from test in contract.GetMethods()
           let attribute = test.GetCustomAttribute<FactAttribute>()
           where attribute is not null
           from arguments in attribute is TheoryAttribute ? Rows(contract, test) : [[]]
           select (contract, test, arguments),
    ];

    static IEnumerable<object?[]> Rows(Type contract, MethodInfo test) =>
        test.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data)
            .Concat(test.GetCustomAttributes<MemberDataAttribute>().SelectMany(member =>
                ((IEnumerable<ITheoryDataRow>)contract.GetProperty(member.MemberName, BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy)!.GetValue(null)!)
                    .Select(row => row.GetData())));

    static async Task<bool> FailsAsync(List<(Type Contract, MethodInfo Test, object?[] Arguments)> tests, Forgotten forgotten)
    {
        foreach (var next in tests)
        {
            try
            {
                await RunAsync(next.Contract, next.Test, next.Arguments, store => new ForgetfulStore(store, forgotten));
            }
            catch (Exception)
            {
                // Whatever it is, it turns the suite red: that is what is asked here. The test that noticed this property notices its neighbours.
                tests.Remove(next);
                tests.Insert(0, next);
                return true;
            }
        }
        return false;
    }

    static async Task RunAsync(Type contract, MethodInfo test, object?[] arguments, Func<IJobStore, IJobStore> decorate)
    {
        InMemoryUnderTest.Decorate.Value = decorate;
        await using var instance = (Contract)Activator.CreateInstance(contract)!;
        await instance.InitializeAsync();
        await (Task)test.Invoke(instance, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }
}
