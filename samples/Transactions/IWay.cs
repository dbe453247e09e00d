using Tidemark;

namespace Transactions;

/// <summary>A way of writing to the database, with the jobs that use it.</summary>
internal interface IWay
{
    /// <summary>For the rows.</summary>
    string Name { get; }

    /// <summary>Ships an order.</summary>
    JobKey<int> Ship => new($"ship-{Name}");

    /// <summary>Takes over so many prices.</summary>
    JobKey<int> Price => new($"price-{Name}");

    /// <summary>Writes the order and enqueues its shipment, in one transaction.</summary>
    Task<JobId> PlaceOrderAsync(IJobClient jobs, string item, CancellationToken cancellationToken);

    /// <summary>The handler of <see cref="Ship"/>.</summary>
    void ShipOrder(int order, JobContext job);

    /// <summary>The handler of <see cref="Price"/>.</summary>
    Task PriceAsync(int prices, JobContext job);
}
