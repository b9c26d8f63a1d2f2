using System.Net;
using System.Net.Security;
using EdgeMesh.Core.Trust;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace EdgeMesh.Dashboard.Trust;

/// <summary>
/// How a TLS connection is answered, by the name it asks for: agents get the mesh's certificate and are asked for theirs; browsers get the own or the
/// mesh's certificate and are asked for nothing.
/// </summary>
internal sealed class TlsHandshake(ServerCertificate mesh, OwnCertificate own)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public void Configure(ListenOptions listen) =>
        listen.UseHttps(new TlsHandshakeCallbackOptions { HandshakeTimeout = Limit, OnConnection = context => new(Options(context)) });

    private SslServerAuthenticationOptions Options(TlsHandshakeCallbackContext context)
    {
        var local = (context.Connection.LocalEndPoint as IPEndPoint)?.Address;
        if (!string.Equals(context.ClientHelloInfo.ServerName, MeshNames.Server, StringComparison.OrdinalIgnoreCase))
        {
            return new SslServerAuthenticationOptions { ServerCertificateContext = own.Current ?? mesh.For(local) };
        }

        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = mesh.For(local),
            ClientCertificateRequired = true,
#pragma warning disable CA5359 // Any is let through to here: a device without a good one may renew, and is told in words what is wrong with it (LinkHandshake).
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        };
    }
}
