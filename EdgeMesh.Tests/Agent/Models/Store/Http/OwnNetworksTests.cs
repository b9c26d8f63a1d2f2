using System.Net;
using System.Net.NetworkInformation;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Http;

namespace EdgeMesh.Tests.Agent.Models.Store.Http;

/// <summary>A model's address is neither this device nor its neighbour, whatever looks public.</summary>
public sealed class OwnNetworksTests
{
    [Theory]
    [InlineData("2a01:4f8:1:2::1", 64, "2a01:4f8:1:2::1", true)]
    [InlineData("2a01:4f8:1:2::1", 64, "2a01:4f8:1:2::2", true)]
    [InlineData("2a01:4f8:1:2::1", 128, "2a01:4f8:1:2::2", true)]
    [InlineData("2a01:4f8:1:2::1", 64, "2a01:4f8:1:3::2", false)]
    [InlineData("2a01:4f8:1:2::1", 0, "2a01:4f8:1:3::2", false)]
    [InlineData("8.8.4.4", 24, "8.8.4.9", true)]
    [InlineData("8.8.4.4", 24, "::ffff:8.8.4.9", true)]
    [InlineData("8.8.4.4", 24, "64:ff9b::808:409", true)]
    [InlineData("8.8.4.4", 24, "8.8.8.8", false)]
    [InlineData("8.8.4.4", 32, "8.8.4.4", true)]
    [InlineData("8.8.4.4", 32, "8.8.4.5", false)]
    [InlineData("8.8.4.4", 0, "9.9.9.9", false)]
    public void Outside_OwnOrOnLink_IsNotReached(string own, int prefix, string target, bool refused)
    {
        ImmutableArray<IPNetwork> networks = [.. OwnNetworks.Of(IPAddress.Parse(own), prefix)];
        Assert.Equal(refused, !PublicAddresses.Outside([IPAddress.Parse(target)], networks).Any());
    }

    [Theory]
    [InlineData("http://[2a01:4f8:1:2::2]:9/x")]
    [InlineData("http://8.8.4.9:9/x")]
    public async Task Get_Neighbour_IsRefused(string uri)
    {
        HttpAccess access = new() { Own = () => [.. OwnNetworks.Of(IPAddress.Parse("2a01:4f8:1:2::1"), 64), .. OwnNetworks.Of(IPAddress.Parse("8.8.4.4"), 24)] };
        using var http = new GuardedHttp(access, TimeProvider.System);
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => http.GetAsync(new Uri(uri), null, null, TestContext.Current.CancellationToken));
        Assert.Equal(StoreFailure.RefusedAddress, e.Failure);
    }

    [Fact]
    public void Current_EveryAddressOfThisMachine_IsInIt()
    {
        var networks = OwnNetworks.Current();
        var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => new IPAddress(a.Address.GetAddressBytes())).ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, a => Assert.Contains(networks, n => n.BaseAddress.AddressFamily == a.AddressFamily && n.Contains(a)));
    }
}
