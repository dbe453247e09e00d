namespace Tidemark.Tests.Conventions.Controls;

/// <summary>Bodies of a known height, for the measure of methods. Never run.</summary>
internal sealed class Measured
{
    public readonly List<int> First = [1];

    // Far enough from the first that a span over both would be seen.





    public readonly List<int> Last = [2];

    public Measured()
    {
        First.Add(1);
        Last.Add(2);
    }

    public int FourLines(int number)
    {
        if (number > 1)
            number--;

        return First.Count + number;
    }

    public async Task ThreeAwaitedLines(Task task)
    {
        await task;

        await task;
    }
}
