using Tidemark.StoreContract;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>What two stores that were asked the same tell differently: the in-memory model and another one.</summary>
internal static class Difference
{
    /// <summary>Null: nothing.</summary>
    public static async Task<string?> FindAsync(Step[] steps, Func<Task<IStoreUnderTest>> create, string name)
    {
        await using var model = new Bench(await InMemoryUnderTest.CreateAsync());
        await using var other = new Bench(await create());
        for (var at = 0; at < steps.Length; at++)
        {
            var (expected, actual) = (await AnswerAsync(model, steps[at]), await AnswerAsync(other, steps[at]));
            if (expected != actual) return Told(name, "answers", steps[..(at + 1)], expected, actual);
            if (at % 10 != 9 && at != steps.Length - 1) continue;
            (expected, actual) = (await model.ObserveAsync(), await other.ObserveAsync());
            if (expected != actual) return Told(name, "state", steps[..(at + 1)], expected, actual);
        }
        return null;
    }

    // What a call throws is an answer too, but its words are each store's own.
    static async Task<string> AnswerAsync(Bench bench, Step step)
    {
        try
        {
            return Same.Text(await Verbs.All[step.Verb].Run(bench, step));
        }
        catch (Exception thrown)
        {
            return thrown.GetType().Name;
        }
    }

    static string Told(string name, string what, Step[] steps, string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(left.Length, right.Length)).First(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i));
        var from = Math.Max(0, line - 12);
        return $"The {what} differ after {string.Join(' ', steps)}\nmodel:\n{string.Join('\n', left.Skip(from).Take(20))}\n{name}:\n{string.Join('\n', right.Skip(from).Take(20))}";
    }
}
