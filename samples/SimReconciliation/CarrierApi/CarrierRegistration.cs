namespace SimReconciliation.CarrierApi;

/// <summary>Registers the client of a carrier.</summary>
internal static class CarrierRegistration
{
    /// <summary>Adds <see cref="CarrierClient"/> for the carrier at an address.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="address">The carrier's base address.</param>
    /// <param name="timeout">How long to wait for an answer.</param>
    public static IServiceCollection AddCarrierClient(this IServiceCollection services, Uri address, TimeSpan timeout)
    {
        services.AddHttpClient<CarrierClient>(http => (http.BaseAddress, http.Timeout) = (address, timeout))
            .RemoveAllLoggers(); // four lines a request, thousands of requests: the engine reports what fails
        return services;
    }
}
