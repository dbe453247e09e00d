using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Transactions;

/// <summary>The service's rows, as EF Core sees them.</summary>
internal sealed class ShopContext(DbContextOptions<ShopContext> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Shipment> Shipments => Set<Shipment>();

    public DbSet<Price> Prices => Set<Price>();

    /// <summary>With connections of its own.</summary>
    public static ShopContext Of(NpgsqlDataSource source) => new(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(source).Options);

    // <snippet context-on-a-transaction>
    public static async Task<ShopContext> OnAsync(DbTransaction transaction, CancellationToken cancellationToken)
    {
        var shop = new ShopContext(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(transaction.Connection!).Options);
        await shop.Database.UseTransactionAsync(transaction, cancellationToken);
        return shop;
    }
    // </snippet>

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("shop");
        modelBuilder.Entity<Order>(order =>
        {
            order.ToTable("orders");
            order.Property(row => row.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            order.Property(row => row.Way).HasColumnName("way");
            order.Property(row => row.Item).HasColumnName("item");
        });
        modelBuilder.Entity<Shipment>(shipment =>
        {
            shipment.ToTable("shipments").HasKey(row => row.OrderId);
            shipment.Property(row => row.OrderId).HasColumnName("order_id").ValueGeneratedNever();
            shipment.Property(row => row.Times).HasColumnName("times");
        });
        modelBuilder.Entity<Price>(price =>
        {
            price.ToTable("prices").HasKey(row => new { row.Way, row.Sku });
            price.Property(row => row.Way).HasColumnName("way");
            price.Property(row => row.Sku).HasColumnName("sku");
            price.Property(row => row.Times).HasColumnName("times");
        });
    }
}

internal sealed class Order
{
    public int Id { get; set; }

    public required string Way { get; set; }

    public required string Item { get; set; }
}

internal sealed class Shipment
{
    public int OrderId { get; set; }

    public int Times { get; set; }
}

internal sealed class Price
{
    public required string Way { get; set; }

    public required string Sku { get; set; }

    public int Times { get; set; }
}
