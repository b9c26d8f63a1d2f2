using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;

namespace EdgeMesh.QaiHub.Client;

/// <summary>
/// Qualcomm AI Hub, or an emulator of it, as one user sees it. Thread-safe. Every call fails only with <see cref="QaiHubException"/> (named, with cause and remedy)
/// or <see cref="OperationCanceledException"/>.
/// </summary>
public interface IQaiHubClient
{
    /// <summary>What this client was made with.</summary>
    QaiHubConfig Config { get; }

    /// <summary>The user, the devices and the frameworks.</summary>
    IHubCatalog Catalog { get; }

    /// <summary>Uploaded and compiled models.</summary>
    IHubModels Models { get; }

    /// <summary>Data for inference and calibration.</summary>
    IHubDatasets Datasets { get; }

    /// <summary>Compile, profile, inference, quantize and link jobs.</summary>
    IHubJobs Jobs { get; }

    /// <summary>Fetches files that the service points to.</summary>
    IHubDownloads Downloads { get; }
}

/// <summary>Makes clients; all of them share their connections. Keep one for the life of the program.</summary>
public interface IQaiHubClientFactory
{
    /// <summary>A client for this configuration. Cheap; nothing is sent.</summary>
    /// <param name="heard">Told of every answer of the service that was accepted, with who gave it; on any thread, and must be quick. May be null.</param>
    /// <exception cref="QaiHubException">The address is neither https nor on this computer.</exception>
    IQaiHubClient Create(QaiHubConfig config, Action<HubSource>? heard = null);
}
