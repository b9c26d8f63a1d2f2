using System.Net;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Http;

namespace EdgeMesh.Tests.Agent.Models.Store.Http;

/// <summary>Nothing that a server says makes the agent reach into the private network, nor carry a token elsewhere.</summary>
public sealed class GuardedHttpTests
{
    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("104.18.0.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.251", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%3", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("ff02::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::1", false)]
    public void Contains_Address_IsPublicOrNot(string address, bool expected) =>
        Assert.Equal(expected, PublicAddresses.Contains(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://127.0.0.1:9/x")]
    [InlineData("http://localhost:9/x")]
    [InlineData("http://[::1]:9/x")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://10.0.0.1/x")]
    [InlineData("http://2130706433/x")]
    [InlineData("http://0x7f.1/x")]
    [InlineData("http://[::ffff:127.0.0.1]:9/x")]
    [InlineData("ftp://example.com/x")]
    [InlineData("file:///etc/passwd")]
    public async Task Get_PrivateAddress_IsRefused(string uri)
    {
        using var http = new GuardedHttp(new HttpAccess(), TimeProvider.System);
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => http.GetAsync(new Uri(uri), null, null, TestContext.Current.CancellationToken));
        Assert.Equal(StoreFailure.RefusedAddress, e.Failure);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/iam")]
    [InlineData("http://127.0.0.1:1/x")]
    [InlineData("http://localhost:1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("//[::1]:1/x")]
    public async Task Get_RedirectToPrivateAddress_IsRefused(string target)
    {
        await using var server = await FileServer.StartAsync();
        using var http = new GuardedHttp(new HttpAccess { AllowedHosts = [server.Authority] }, TimeProvider.System);
        Redirect(server, "/start", target);
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => http.GetAsync(server.Url("start"), null, null, TestContext.Current.CancellationToken));
        Assert.Equal(StoreFailure.RefusedAddress, e.Failure);
    }

    [Fact]
    public async Task Get_RedirectToAnotherHost_LeavesTheTokenBehind()
    {
        await using var server = await FileServer.StartAsync();
        using var http = new GuardedHttp(new HttpAccess { AllowedHosts = [server.Authority, server.ByName.Authority] }, TimeProvider.System);
        server.Put("end", [1]);
        Redirect(server, "/start", "/same"); // same host: the token goes along
        Redirect(server, "/same", new Uri(server.ByName, "other").ToString());
        Redirect(server, "/other", server.Url("end").ToString()); // and back: it was given up
        using var response = await http.GetAsync(server.Url("start"), "secret", null, TestContext.Current.CancellationToken);
        Assert.Equal(
            [("/start", "Bearer secret"), ("/same", "Bearer secret"), ("/other", null), ("/end", null)],
            server.Seen.Select(a => (a.Path, a.Authorization)));
    }

    [Fact]
    public async Task Get_RedirectLoop_Ends()
    {
        await using var server = await FileServer.StartAsync();
        using var http = new GuardedHttp(new HttpAccess { AllowedHosts = [server.Authority] }, TimeProvider.System);
        Redirect(server, "/start", "/start");
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => http.GetAsync(server.Url("start"), null, null, TestContext.Current.CancellationToken));
        Assert.Equal(StoreFailure.SourceFailed, e.Failure);
        Assert.Equal(11, server.Seen.Count);
    }

    private static void Redirect(FileServer server, string from, string to)
    {
        var others = server.Before;
        server.Before = async context =>
        {
            if (context.Request.Path != from)
            {
                return await others(context);
            }

            context.Response.StatusCode = 302;
            context.Response.Headers.Location = to;
            return true;
        };
    }
}
