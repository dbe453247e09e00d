using Tidemark.Controlling;
using Tidemark.Lifecycle;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>Every event in every state, through the store: it moves the job as the law says, or not at all.</summary>
public abstract class LawContract : Contract
{
    static readonly Dictionary<JobEvent, ControlAction> ByHand = new()
    {
        [JobEvent.Cancel] = ControlAction.Cancel,
        [JobEvent.Park] = ControlAction.Park,
        [JobEvent.Wake] = ControlAction.Wake,
        [JobEvent.Resume] = ControlAction.Retry,
        [JobEvent.Discard] = ControlAction.Discard,
    };

    public static TheoryData<string, string> Everything
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (var state in Enum.GetNames<JobState>())
                foreach (var happened in Enum.GetNames<JobEvent>())
                    all.Add(state, happened);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task The_store_does_what_the_law_says(string state, string happened)
    {
        var (from, on) = (Enum.Parse<JobState>(state), Enum.Parse<JobEvent>(happened));
        var held = await BringToAsync(from);
        Assert.Equal(from, await StateAsync(held.Id));
        await HappenAsync(held, on, from);
        Assert.Equal(Transitions.Next(from, on) ?? from, await StateAsync(held.Id));
    }

    // Each has been claimed once, so that there is a lease to settle by.
    async Task<Held> BringToAsync(JobState state)
    {
        var held = await RunAsync();
        var how = Transitions.All.First(move => move.From == JobState.Running && move.To == state || state == JobState.Running);
        if (state != JobState.Running) await held.SettleAsync(how.On);
        return held;
    }

    async Task HappenAsync(Held held, JobEvent happened, JobState from)
    {
        if (happened == JobEvent.Claim) await ClaimAsync(await RegisterAsync(), suspect: true);
        else if (happened == JobEvent.Rescue) await CrashAsync(held.Worker);
        else if (ByHand.TryGetValue(happened, out var action) && (from != JobState.Running || Transitions.Next(from, happened) is null)) await ControlAsync(held.Id, action);
        else await held.SettleAsync(happened);
    }
}
